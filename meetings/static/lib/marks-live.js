/**
 * The presenter's ink: whoever follows sees it while it is drawn, over the socket, like the pointer. Nobody keeps it, unless
 * the presenter does. It goes when the page is turned, when it is wiped away and when presenting ends.
 */
import { simplified } from '@lib/ink-long.js';
import { LiveInk } from './live-ink.js';
import { all, find } from './page.js';
import { throttled } from './viewport.js';

const SEND = 100;
/** Points of a stroke in one message; a longer one comes in parts that overlap by a point. */
const PART = 200;

export class Live {
  #notes; #reader; #follow; #line; #on = false; #shown; #now = null; #sent = 0; #n = 0;

  constructor(notes, { reader, follow, line }) {
    [this.#notes, this.#reader, this.#follow, this.#line] = [notes, reader, follow, line];
    const { hand } = notes;
    this.#shown = new LiveInk(hand.path, (page) => (page === reader.page && notes.layer(page)) || null);
    hand.drawing = (item) => { if (this.#isOn) { this.#now = item; this.#say(); } };
    hand.drew = (item) => { if (!this.#isOn) return false; this.#finish(item); return true; };
    reader.decorate(() => this.#shown.draw());
    reader.addEventListener('page', () => { if (reader.page !== this.#shown.page) this.#forget(); });
    follow.addEventListener('file', () => this.#forget());
    line.addEventListener('state', () => this.draw());
    line.addEventListener('lv', ({ detail }) => { if (detail.key === 'online' && this.#isOn) this.#again(); });
    this.draw();
  }

  get #isOn() { return this.#on && this.#follow.leads; }

  draw() {
    if (!this.#follow.leads) this.#on = false;
    if (!this.#line.state.present.file) this.#forget();
    for (const one of all('[data-live-part]')) one.hidden = !this.#follow.leads;
    const button = find('[data-ink-do="live"]');
    button.setAttribute('aria-pressed', String(this.#on));
    for (const name of ['live-keep', 'live-clear']) find(`[data-ink-do="${name}"]`).disabled = !this.#shown.strokes.size;
  }

  toggle() {
    this.#on = !this.#on;
    if (this.#on && !['pen', 'marker'].includes(this.#notes.hand.tool)) this.#notes.take('pen');
    this.draw();
  }

  /** What is on the page becomes one's own marks. */
  keep() {
    const { ink } = this.#notes;
    const { version } = this.#follow;
    const kept = [...this.#shown.strokes.values()].flatMap((one) => simplified({ ...one, file: version, page: this.#shown.page }));
    if (kept.length) ink.act({ add: kept });
    this.clear();
  }

  clear() {
    this.#line.whisper('eph', { t: 'ink', d: { page: this.#reader.page, id: 0, pts: [] } });
    this.#forget();
  }

  // --- the presenter ---

  #say = throttled(SEND, () => { if (this.#now) this.#send(this.#now, this.#n + 1); });

  #send(item, id) {
    for (let from = this.#sent; from < item.pts.length / 2; from += PART - 1) {
      const to = Math.min(item.pts.length / 2, from + PART);
      const pts = item.pts.slice(from * 2, to * 2);
      const isTold = this.#line.whisper('eph', { t: 'ink', d: { page: this.#reader.page, id, from, tool: item.tool, rgb: item.rgb, w: item.w, pts } });
      if (!isTold) return;
      this.#sent = Math.max(0, to - 1);
      if (to === item.pts.length / 2) return;
    }
  }

  #finish(item) {
    this.#n += 1;
    this.#send(item, this.#n);
    this.#now = null;
    this.#sent = 0;
    this.#shown.put(this.#reader.page, this.#n, { ...item, pr: [] });
    this.draw();
  }

  /** Somebody came in: they have seen none of it. */
  #again = throttled(1000, () => {
    for (const [id, one] of this.#shown.strokes) { this.#sent = 0; this.#send(one, id); }
    this.#sent = 0;
  });

  // --- who follows ---

  heard(told) { if (!this.#isOn) this.#shown.hear(told); }

  #forget() {
    if (!this.#shown.strokes.size) return;
    this.#shown.forget();
    this.draw();
  }
}
