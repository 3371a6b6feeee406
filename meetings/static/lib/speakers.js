/** The floor as everybody sees it: who speaks and how long, who waits; and, for a delegate, asking to speak. */
import { later } from './later.js';
import { current } from './state.js';
import { find, all, mmss, minutes, setText, word } from './page.js';

/** How long (s) before the end the soft signal comes. */
const SOFT = 30;
const spokenAt = [60, SOFT, 0];

/** Seconds a speech has lasted, without its pauses, up to `now` (ms on the server's clock). */
export function lasted(cur, now) {
  const until = cur.paused_at ?? now;
  return Math.max(0, (until - cur.started - (cur.paused_ms ?? 0)) / 1000);
}

export const initials = (name) => (name ?? '').split(/\s+/).slice(-2).map((part) => part[0] ?? '').join('').toUpperCase();

export class Speakers {
  #line; #press; #said = null; #heardCur; #asking = false; #sheet = null;

  /** @param {{at: () => {file: string, page: number}|null, open: (file: string, page: number) => void}} reading what lies open here */
  constructor(line, press, reading) {
    this.#line = line;
    this.#press = press;
    this.reading = reading;
    const sheet = later(async () => (this.#sheet = new (await import('./queue-sheet.js')).QueueSheet(this, press, (kind, note) => this.#ask(kind, note))));
    // One tap asks; while waiting a tap offers to withdraw.
    find('[data-ask]')?.addEventListener('click', async () => (this.place ? (await sheet())?.withdraw() : this.#ask('normal', null)));
    find('[data-queue-sheet]')?.addEventListener('click', async () => (await sheet())?.open());
  }

  get me() { return this.#line.me; }
  get queue() { return this.#line.state.queue ?? { open: false, cur: null, wait: [] }; }
  get speech() { return this.queue.cur; }
  get item() { return current(this.#line.state); }
  get place() { return this.queue.wait.findIndex((one) => one.p === this.#line.me.p) + 1; }
  name(p) { return this.#line.state.people.find((one) => one.p === p)?.n ?? ''; }
  person(p) { return this.#line.state.people.find((one) => one.p === p); }

  async #ask(kind, note) {
    this.#asking = true;
    this.draw();
    const answer = await this.#press('queue.ask', { kind, ...(note && { note }), ...this.reading.at() });
    this.#asking = false;
    this.draw();
    if (answer?.ok) find('[data-say]').textContent = word('ask-sent', { n: this.place || this.queue.wait.length });
  }

  /** What the clock shows: seconds left and of how many; null when nobody speaks. */
  clock(now) {
    const cur = this.speech;
    if (!cur) return null;
    const used = lasted(cur, now);
    return { used, limit: cur.limit_s ?? 0, left: cur.limit_s ? cur.limit_s - used : null, paused: Boolean(cur.paused_at) };
  }

  draw() {
    const { cur, wait, open } = this.queue;
    for (const one of all('[data-idle]')) one.hidden = Boolean(cur);
    for (const one of all('[data-speech]')) one.hidden = !cur;
    const me = this.#line.me;
    if (cur) {
      const who = this.person(cur.p);
      setText('[data-speech-name]', cur.n ?? this.name(cur.p));
      setText('[data-speech-note]', [word(cur.paused_at ? 'speech-paused' : 'speaking'), cur.title, who?.org].filter(Boolean).join(', '));
    }
    setText('[data-wait-next]', this.#next(wait));
    setText('[data-wait-n]', String(wait.length));
    setText('[data-queue-rule]', rule(this.#line.state));
    this.#called(cur, me);
    this.#button(open, me);
    this.#sheet?.draw();
  }

  #next(wait) {
    if (!wait.length) return '';
    const names = wait.slice(0, 2).map((one) => one.n ?? this.name(one.p)).join(', ');
    return wait.length > 2 ? word('next-more', { names, n: wait.length - 2 }) : word('next-one', { names });
  }

  /** The speaker is told by an alert, everybody else politely. */
  #called(cur, me) {
    const rq = cur?.rq ?? null;
    if (rq === this.#heardCur) return;
    const first = this.#heardCur === undefined;
    this.#heardCur = rq;
    this.#said = null;
    if (first || !cur) return;
    if (cur.p === me.p) find('[data-alert]').textContent = word('you-speak');
    else find('[data-say]').textContent = word('called', { name: cur.n ?? this.name(cur.p) });
  }

  #button(open, me) {
    const button = find('[data-ask]');
    if (!button) return;
    const { state } = this.#line;
    button.hidden = !state.queue || !me.can.includes('ask');
    const { place } = this;
    const speaks = this.speech?.p === me.p;
    button.setAttribute('aria-pressed', String(place > 0));
    button.disabled = this.#asking || speaks || (!place && (!open || state.state !== 'live'));
    setText('[data-ask-word]', this.#asking ? word('asking') : speaks ? word('speaking') : place ? word('asked', { n: place }) : open || state.state !== 'live' ? word('ask') : word('queue-locked'));
  }

  /** Speaks at 60 s, 30 s and the end, once each; to the speaker and to whoever runs the room. */
  tick(now) {
    const time = this.clock(now);
    if (!time || time.left === null || time.paused) return;
    const { me } = this.#line;
    if (this.speech.p !== me.p && !me.can.includes('run')) return;
    const at = spokenAt.findLast((one) => time.left <= one);
    if (at === undefined || this.#said === at) { if (at === undefined) this.#said = null; return; }
    const isLate = time.left < at - 5;
    this.#said = at;
    if (!isLate) find('[data-say]').textContent = word(`left-${at}`);
  }

  /** How the clock of a speech reads, and its tone: '' | 'soft' | 'over'. */
  static face(time) {
    if (time.left === null) return { text: mmss(time.used), note: word('speech-free'), tone: '' };
    const tone = time.left < 0 ? 'over' : time.left <= SOFT ? 'soft' : '';
    return { text: tone === 'over' ? word('overtime', { t: mmss(-time.left) }) : mmss(time.left), note: tone === 'over' ? word('speech-over') : word('speech-of', { n: String(Math.round(time.limit / 6) / 10).replace('.', ',') }), tone };
  }
}

/** By what rule people are called: as it was chosen in the room, else as the body has it. */
export const ruleOf = (state) => state.queue?.rule ?? state.body?.queue_rule;

/** The rule in words; an order that is neither was made by hand. */
function rule(state) {
  const { wait = [] } = state.queue ?? {};
  if (ruleOf(state) === 'fair') return word('rule-fair');
  return word(wait.every((one, at) => !at || wait[at - 1].at <= one.at) ? 'rule-asked' : 'rule-hand');
}

export const wasSpoken = (state, p) => minutes(state.spoken?.[p] ?? 0);
