/**
 * Papers that are new to this person carry a word in the agenda until they are opened: those published since they last
 * looked, and those that come or are replaced while they sit here.
 */
import { el, find, word } from './page.js';
import { papers } from './state.js';

export class Fresh {
  #line; #follow; #list = find('[data-agenda]'); #known; #new; #store;

  /** @param {string[]} ids of papers that were new when the page was made */
  constructor(line, follow, { mid, ids }) {
    [this.#line, this.#follow, this.#store] = [line, follow, `fresh-seen-${mid}`];
    this.#known = this.#revisions();
    const seen = new Set(JSON.parse(sessionStorage.getItem(this.#store) ?? '[]'));
    this.#new = new Set(ids.filter((id) => !seen.has(this.#name(id))));
    new MutationObserver(() => this.#draw()).observe(this.#list, { childList: true });
    line.addEventListener('state', () => this.#changed());
    follow.addEventListener('file', () => this.#draw());
    this.#draw();
  }

  #revisions() { return new Map(papers(this.#line.state).map(({ file }) => [file.id, file.rev])); }
  #name(id) { return `${id} ${this.#known.get(id)}`; }

  #changed() {
    const now = this.#revisions();
    for (const [id, rev] of now) if (this.#known.get(id) !== rev) this.#new.add(id);
    this.#known = now;
    this.#draw();
  }

  #draw() {
    const open = this.#follow.file;
    if (this.#new.delete(open)) {
      const seen = JSON.parse(sessionStorage.getItem(this.#store) ?? '[]');
      sessionStorage.setItem(this.#store, JSON.stringify([...seen, this.#name(open)]));
    }
    for (const link of this.#list.querySelectorAll('[data-key^="file-"]')) {
      const mark = link.querySelector('.chip');
      const isNew = this.#new.has(link.dataset.key.slice(5));
      if (isNew && !mark) link.querySelector('span').after(el('b', { class: 'chip ok' }, word('paper-new')));
      else if (!isNew) mark?.remove();
    }
  }
}
