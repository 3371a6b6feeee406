/**
 * The page and the presenter. Following is on when somebody begins to present, unless the person switched it off for this
 * meeting; turning a page of one's own leaves it without a question, one tap on the ribbon comes back.
 */
import { find, setText, word } from './page.js';
import { papers } from './state.js';

export class Follow extends EventTarget {
  #reader; #room; #key; #off; #isFollowing = true; #lead;

  /**
   * @param {object} room {state, me, mid}
   * @param {(page: number) => void} lead called when the presenter turns their own page
   */
  constructor(reader, room, lead) {
    super();
    this.#reader = reader;
    this.#room = room;
    this.#lead = lead;
    this.#key = `follow-off-${room.mid}`;
    this.#off = sessionStorage.getItem(this.#key) === '1';
    this.#isFollowing = !this.#off;
    reader.addEventListener('page', ({ detail }) => { if (detail.own) this.#turned(detail.page); this.draw(); });
    reader.addEventListener('opened', () => this.draw());
    find('[data-ribbon]').addEventListener('click', () => this.set(true));
    find('[data-follow]')?.addEventListener('click', () => this.set(!(this.#isFollowing && !this.#off)));
  }

  get file() { return this.shown?.id ?? null; }
  get leads() { const { present } = this.#room.state(); return Boolean(present.file) && present.by === this.#room.me(); }

  /** The state moved: what is presented may have. */
  update(applied) {
    const { present } = this.#room.state();
    const began = applied?.some((frame) => frame.t === 'present.started');
    if (began && !this.#off) this.#isFollowing = true;
    if (present.file && this.#isFollowing && !this.#off) this.#goTo(present.file, present.page);
    else if (this.shown && !papers(this.#room.state()).some(({ file }) => file.id === this.shown.id)) this.#forget();
    this.draw();
  }

  /** The person opens a paper: that leaves following, unless it is what is shown. */
  open(id, page = 1) {
    const { present } = this.#room.state();
    if (present.file && (present.file !== id || page !== present.page) && !this.leads) this.#isFollowing = false;
    this.#goTo(id, present.file === id && this.#isFollowing ? present.page : page);
    this.draw();
  }

  /** Follow from now on, or do not, for this meeting. */
  set(on) {
    this.#off = !on;
    sessionStorage.setItem(this.#key, on ? '0' : '1');
    this.#isFollowing = on;
    this.update(null);
  }

  draw() {
    const { present } = this.#room.state();
    const isShown = Boolean(present.file);
    const along = this.#isFollowing && !this.#off;
    const isAway = isShown && !along && !this.leads;
    const ribbon = find('[data-ribbon]');
    ribbon.hidden = !isAway;
    setText('[data-ribbon-word]', word('ribbon', { page: present.page ?? '' }));
    find('[data-follow]')?.setAttribute('aria-pressed', String(along));
    const file = this.shown;
    const pages = this.#reader.pages || file?.pages || 0;
    find('[data-pages]').hidden = !file;
    find('[data-none]').hidden = Boolean(file);
    find('[data-tools]').hidden = !file;
    setText('[data-page-of]', file ? `${this.#reader.page} / ${pages || '…'}` : '');
    find('[data-page-back]').disabled = !file || this.#reader.page <= 1;
    find('[data-page-next]').disabled = !file || (pages > 0 && this.#reader.page >= pages);
    const shownPages = isShown ? papers(this.#room.state()).find((one) => one.file.id === present.file)?.file.pages : 0;
    setText('[data-show-name]', isShown ? present.name : word('not-showing'));
    setText('[data-show-page]', isShown ? `${word('showing', { page: present.page, n: shownPages ?? '…' })}${isAway ? `, ${word('reading')}` : ''}` : '');
  }

  #goTo(id, page) {
    const found = papers(this.#room.state()).find(({ file }) => file.id === id)?.file;
    if (!found?.url) return;
    const isOther = this.shown?.id !== id;
    this.shown = found;
    if (isOther) this.dispatchEvent(new CustomEvent('file', { detail: found }));
    this.#reader.open(found.url, page);
  }

  #forget() {
    this.shown = null;
    this.#reader.close();
    this.dispatchEvent(new CustomEvent('file', { detail: null }));
  }

  #turned(page) {
    const { present } = this.#room.state();
    if (!present.file) return;
    if (this.leads && present.file === this.shown?.id) { this.#lead(page); return; }
    if (present.file !== this.shown?.id || present.page !== page) this.#isFollowing = false;
  }
}
