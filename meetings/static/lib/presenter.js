/** Presenting one's own page to the room: whoever runs it may, others while they are granted it. */
import { find, setText, word } from './page.js';
import { papers } from './state.js';

export class Presenter {
  #line; #follow; #reader; #press; #wanted = null; #granted = null;

  constructor(line, follow, reader, press) {
    this.#line = line;
    this.#follow = follow;
    this.#reader = reader;
    this.#press = press;
    find('[data-present]')?.addEventListener('click', () => this.toggle());
    find('[data-gone-take]')?.addEventListener('click', () => { const { file, page, wall = false, few = false } = this.#state.present; this.#press('present.start', { file, page, wall, few }); });
  }

  get #state() { return this.#line.state; }
  /** The page that is open is the one being shown, by this person. */
  get isMine() {
    const { present } = this.#state;
    return Boolean(present.file) && present.file === this.#follow.file && present.by === this.#line.me.p;
  }

  /** A paper for few is shown on the screen alone, or to the devices of those who may read it, as is asked then. */
  async toggle() {
    const { file, shown } = this.#follow;
    if (!file) return null;
    if (this.isMine) return this.#press('present.stop');
    const where = shown?.only && await (await import('./seldom.js')).where(this.#line.me.can.includes('run'));
    if (shown?.only && !where) return null;
    return this.#press('present.start', { file, page: this.#reader.page, ...where && { [where]: true } });
  }

  /** The presenter's own page was turned: everybody's is; of fast turns only the last one travels. */
  lead(page) {
    if (this.#wanted !== null) { this.#wanted = page; return; }
    this.#wanted = page;
    (async () => {
      for (let sent = null; this.#wanted !== null && this.#wanted !== sent; ) {
        sent = this.#wanted;
        const answer = await this.#press('present.page', { file: this.#state.present.file, page: sent });
        if (!answer?.ok) break;
      }
      this.#wanted = null;
    })();
  }

  /** Turns the page that is shown, whatever paper is open here. */
  turn(step) {
    const { file, page } = this.#state.present;
    if (!file) return;
    const pages = papers(this.#state).find((one) => one.file.id === file)?.file.pages ?? Infinity;
    const to = Math.min(pages, Math.max(1, (this.#wanted ?? page) + step));
    if (to !== page) this.lead(to);
  }

  /** The delegate's own button: there while presenting is granted. */
  draw() {
    if (find('[data-gone]')) this.#gone();
    const button = find('[data-present]');
    if (!button) return;
    const until = this.#state.grants?.[this.#line.me.p];
    const may = until === null || until > this.#line.now();
    if (may && this.#granted === false) find('[data-say]').textContent = word('granted');
    this.#granted = may;
    button.hidden = !may;
    button.disabled = this.#state.state !== 'live' || !this.#follow.file;
    button.setAttribute('aria-pressed', String(this.isMine));
    setText('[data-present-word]', word(this.isMine ? 'stop-show-short' : 'show-short'));
    // Whoever leads has nobody to follow: the pointer takes that button's place.
    find('[data-pointer]').hidden = !this.#follow.leads;
    find('[data-follow]').hidden = this.#follow.leads;
  }

  /** For whoever runs the room: the presenter's tablet is away, and may be relieved. */
  #gone() {
    const isGone = this.#follow.isLeaderGone;
    find('[data-gone]').hidden = find('[data-gone-take]').hidden = !isGone;
    setText('[data-gone-word]', isGone ? word('presenter-gone', { name: this.#state.present.n ?? '' }) : '');
  }
}
