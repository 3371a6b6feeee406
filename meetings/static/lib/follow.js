/**
 * The page and the presenter. Following is on when somebody begins to present, unless the person switched it off for this
 * meeting; turning, scrolling or zooming on one's own leaves it without a question, one tap on the ribbon comes back.
 * The presenter's tablet says what it sees, ten times a second at most; those who follow see the same width of the page.
 */
import { toast } from '@lib/toast.js';
import { all, find, setText, word } from './page.js';
import { papers } from './state.js';
import { pageOf, Pointer, seen, show, throttled } from './viewport.js';

const SEND = 100, POINT = 125, ASK = 1000;
/** A scroll or zoom this soon (ms) after a hand was on the page is one's own. */
const HAND = 700;
const scrolling = new Set(['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End', ' ']);

export class Follow extends EventTarget {
  #reader; #room; #key; #off; #isFollowing = true; #lead; #pointer; #handAt = -Infinity; #isShowing = false; #sentView = ''; #asked = 0; #gone = null;

  /**
   * @param {object} room {state, me, mid, line}
   * @param {(page: number) => void} lead called when the presenter turns their own page
   */
  constructor(reader, room, lead) {
    super();
    this.#reader = reader;
    this.#room = room;
    this.#lead = lead;
    this.#pointer = new Pointer(reader);
    this.#key = `follow-off-${room.mid}`;
    this.#off = sessionStorage.getItem(this.#key) === '1';
    this.#isFollowing = !this.#off;
    reader.addEventListener('page', ({ detail }) => { if (detail.own) this.#turned(detail.page); this.#pointer.hide(); this.#say(); this.draw(); });
    reader.addEventListener('opened', () => this.draw());
    reader.addEventListener('drawn', () => this.#match());
    reader.addEventListener('zoom', () => this.#moved());
    reader.box.addEventListener('scroll', () => this.#moved(), { passive: true });
    this.#watchHand();
    find('[data-ribbon]').addEventListener('click', () => this.set(true));
    find('[data-follow]')?.addEventListener('click', () => this.set(!this.follows));
    room.line?.addEventListener('lv', ({ detail }) => this.#heard(detail));
    room.line?.addEventListener('eph', ({ detail }) => { if (detail.t === 'pointer' && this.#along) this.#pointer.show(detail.d); });
  }

  get file() { return this.shown?.id ?? null; }
  /** Paper and version on the screen, with a blank between them: what ink lies on. */
  get version() { return this.shown ? `${this.shown.id} ${this.old?.rev ?? this.shown.rev}` : null; }
  /** Whoever presents has been away for a while; chair and secretary alone are told. */
  get isLeaderGone() { const { present } = this.#room.state(); return Boolean(present.file) && this.#gone === present.by && !this.leads; }
  get leads() { const { present } = this.#room.state(); return Boolean(present.file) && present.by === this.#room.me(); }
  get follows() { return this.#isFollowing && !this.#off; }
  /** Following, and somebody else leads. */
  get #along() { const { present } = this.#room.state(); return this.follows && !this.leads && Boolean(present.file) && present.file === this.file; }
  /** The presenter's rectangle of the page that is shown. */
  get #view() {
    const { present } = this.#room.state();
    const told = this.#room.line?.last?.view;
    return told && told.page === present.page ? told.view : null;
  }

  /** The state moved: what is presented may have. */
  update(applied) {
    const { present } = this.#room.state();
    const began = applied?.some((frame) => frame.t === 'present.started');
    if (began) { this.#gone = null; this.#sentView = ''; }
    if (began && !this.#off) this.#isFollowing = true;
    if (present.file && this.follows) this.#goTo(present.file, present.page);
    else if (this.shown) this.#renew(papers(this.#room.state()).find(({ file }) => file.id === this.shown.id)?.file);
    if (began || applied === null) this.#match();
    if (began) this.#say();
    this.draw();
  }

  /** The person opens a paper: that leaves following, unless it is what is shown. */
  open(id, page = 1) {
    const { present } = this.#room.state();
    if (present.file && (present.file !== id || page !== present.page) && !this.leads) this.#isFollowing = false;
    this.#goTo(id, present.file === id && this.#isFollowing && page < 2 ? present.page : page);
    this.draw();
  }

  /** Looks at a version that was replaced, {rev, url}, on one's own; opening the paper leaves it. */
  look(old, page) {
    this.#isFollowing = false;
    this.old = old;
    this.#reader.open(old.url, page);
    this.draw();
    this.dispatchEvent(new CustomEvent('redraw'));
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
    const isAway = isShown && !this.follows && !this.leads;
    const ribbon = find('[data-ribbon]');
    ribbon.hidden = !isAway;
    setText('[data-ribbon-word]', word('ribbon', { page: present.page ?? '' }));
    find('[data-follow]')?.setAttribute('aria-pressed', String(this.follows));
    if (!this.#along) this.#pointer.hide();
    const file = this.shown;
    const pages = this.#reader.pages || file?.pages || 0;
    find('[data-pages]').hidden = !file;
    find('[data-none]').hidden = Boolean(file);
    find('[data-tools]').hidden = !file;
    setText('[data-page-of]', file ? `${this.#reader.page} / ${pages || '…'}` : '');
    find('[data-page-back]').disabled = !file || this.#reader.page <= 1;
    find('[data-page-next]').disabled = !file || (pages > 0 && this.#reader.page >= pages);
    for (const button of all('[data-pointer]')) button.disabled = !this.leads;
    const shownPages = isShown ? papers(this.#room.state()).find((one) => one.file.id === present.file)?.file.pages : 0;
    setText('[data-show-name]', isShown ? present.name : word('not-showing'));
    setText('[data-show-page]', isShown ? `${word('showing', { page: present.page, n: shownPages ?? '…' })}${isAway ? `, ${word('reading')}` : ''}` : '');
  }

  #goTo(id, page) {
    const found = papers(this.#room.state()).find(({ file }) => file.id === id)?.file;
    if (!found?.url) return;
    const isOther = this.shown?.id !== id;
    const wasOld = this.old;
    this.shown = found;
    this.old = null;
    if (isOther) this.dispatchEvent(new CustomEvent('file', { detail: found }));
    else if (wasOld) this.dispatchEvent(new CustomEvent('redraw'));
    this.#reader.open(found.url, page);
  }

  /** The paper that is open may have been taken away, or replaced: then the page stays, wherever it is now. */
  #renew(found) {
    if (!found) this.#forget();
    else if (this.old) this.shown = found;
    else if (found.rev !== this.shown.rev) {
      const by = (found.moves ?? []).findLast(([from]) => from <= this.#reader.page)?.[1] ?? 0;
      this.#goTo(found.id, Math.max(1, this.#reader.page + by));
    }
  }

  #forget() {
    this.old = null;
    this.shown = null;
    this.#reader.close();
    this.dispatchEvent(new CustomEvent('file', { detail: null }));
  }

  #turned(page) {
    const { present } = this.#room.state();
    if (!present.file || this.old) return;
    if (this.leads && present.file === this.shown?.id) { this.#lead(page); return; }
    if (present.file !== this.shown?.id || present.page !== page) this.#isFollowing = false;
  }

  // --- the rectangle ---

  /** Shows what the presenter sees; a page without a rectangle is shown whole, when one comes back to it. */
  #match() {
    const { present } = this.#room.state();
    if (!this.#along || this.#reader.page !== present.page) return;
    const view = this.#view;
    if (!view) return;
    this.#isShowing = true;
    show(this.#reader, view);
    // The scroll that this brings is told later than it happens.
    requestAnimationFrame(() => requestAnimationFrame(() => { this.#isShowing = false; }));
  }

  #heard({ key, d }) {
    if (key === 'view') this.#match();
    else if (key === 'presenter') this.#lost(d);
  }

  /** The page was scrolled or zoomed: by the presenter, by who follows, or by following. */
  #moved() {
    if (this.leads) { this.#say(); return; }
    if (!this.#isShowing && performance.now() - this.#handAt <= HAND) this.wander();
  }

  /** A hand moved what is read, which leaves following. */
  wander() {
    if (!this.#along) return;
    this.#isFollowing = false;
    this.draw();
  }

  #watchHand() {
    const { box } = this.#reader;
    const touched = () => { this.#handAt = performance.now(); };
    for (const name of ['wheel', 'touchmove']) box.addEventListener(name, touched, { passive: true });
    box.addEventListener('pointerdown', (event) => { if (event.target === box) touched(); });
    box.addEventListener('keydown', (event) => { if (scrolling.has(event.key)) touched(); });
    for (const button of all('[data-in], [data-out]')) button.addEventListener('click', touched, { capture: true });
    const point = throttled(POINT, () => this.#point());
    box.addEventListener('pointermove', (event) => { this.at = [event.clientX, event.clientY]; if (this.leads && this.#points) point(); });
    for (const button of all('[data-pointer]')) button.addEventListener('click', () => button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true')));
  }

  get #points() { const button = find('[data-pointer]'); return Boolean(button) && !button.disabled && button.getAttribute('aria-pressed') === 'true'; }

  #point() {
    const rect = pageOf(this.#reader)?.getBoundingClientRect();
    if (!rect || !this.at) return;
    const [x, y] = [(this.at[0] - rect.left) / rect.width, (this.at[1] - rect.top) / rect.height];
    if (x >= 0 && x <= 1 && y >= 0 && y <= 1) this.#room.line?.whisper('eph', { t: 'pointer', d: { page: this.#reader.page, x, y } });
  }

  /** Says what the presenter sees, if it is the page that is shown and differs from what was said. */
  #say = throttled(SEND, () => {
    const { present } = this.#room.state();
    if (!this.leads || this.old || present.file !== this.file || present.page !== this.#reader.page) return;
    const view = seen(this.#reader);
    const said = JSON.stringify([present.page, view]);
    if (!view || said === this.#sentView) return;
    const d = { page: present.page, ...view };
    if (this.#room.line?.whisper('lv', { key: 'view', d })) this.#sentView = said;
    else if (Date.now() - this.#asked > ASK) { this.#asked = Date.now(); this.#room.line?.send('present.view', d); }
  });

  /** The presenter's tablet has been away for a while: whoever runs the room may take over. */
  #lost({ gone, p }) {
    const isNew = gone && this.#gone !== p;
    this.#gone = gone ? p : null;
    const text = word('presenter-gone', { name: this.#room.state().present.n ?? '' });
    if (isNew && text && p !== this.#room.me()) toast(text, { tone: 'warn' });
    this.dispatchEvent(new CustomEvent('redraw'));
  }
}
