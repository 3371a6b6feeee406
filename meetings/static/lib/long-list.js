/** A long list: sixty rows at first, sixty more whenever its end comes into sight, so that a hall of people costs what is seen. */
import { el, word } from './page.js';

const MOST = 60;

export class LongList {
  #host; #row; #items = []; #shown = MOST; #eyes;

  /** @param {(item: object, at: number) => Element} row makes the row of an item */
  constructor(host, row) {
    this.#host = host;
    this.#row = row;
    this.#eyes = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) this.#more(); }, { rootMargin: '200px' });
  }

  /** Draws the rows; whatever had the focus by its `data-key` has it again. */
  draw(items) {
    this.#items = items;
    const focused = this.#host.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.#host.replaceChildren(...items.slice(0, this.#shown).map(this.#row), ...this.#end());
    if (focused) (this.#host.querySelector(`[data-key="${focused}"]`) ?? this.#host.querySelector('button'))?.focus();
  }

  #end() {
    const left = this.#items.length - this.#shown;
    if (left <= 0) return [];
    const end = el('li', { 'data-more': '' }, el('button', { class: 'b', type: 'button', 'data-key': 'more', on: { click: () => this.#more() } }, word('list-more', { n: left })));
    this.#eyes.disconnect();
    this.#eyes.observe(end);
    return [end];
  }

  #more() {
    const from = this.#shown;
    this.#shown += MOST;
    const end = this.#host.querySelector('[data-more]');
    const hadFocus = end?.contains(document.activeElement);
    const rows = this.#items.slice(from, this.#shown).map((one, at) => this.#row(one, from + at));
    end?.replaceWith(...rows, ...this.#end());
    if (hadFocus) rows[0]?.querySelector('button')?.focus();
  }
}
