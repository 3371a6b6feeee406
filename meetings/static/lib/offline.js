/**
 * The room without the network: its last state is kept on the device, sealed; what may wait is sent later, what may not is
 * refused at once and said so. Fetched some time after the page, or with it when the page itself came from the device.
 */
import { toast } from '@lib/toast.js';
import { end, living } from '@lib/vault.js';
import { forget, heard, keep, kept } from '@lib/vault-store.js';
import { isAllowed, look, lookIfDue, register } from './keeping.js';
import { drop } from './pack.js';
import { clock, word } from './page.js';
import { papers } from './state.js';

/** The state is kept at most so often (ms). */
const EVERY = 2000, CONTACT = 60e3;
/** A delegate's asks that mean the same a little later; everything else is for now or not at all. */
const mayWait = new Set(['queue.ask']);

export class Offline {
  #line; #user; #mid; #timer = 0; #saved = null; #kept = []; #sending = false; #isKept; #papers;

  constructor(line, { user, mid, welcome }) {
    this.#line = line;
    this.#user = user;
    this.#mid = mid;
    this.#isKept = Boolean(welcome.kept);
    line.gate = (t, d, cid) => this.#gate(t, d, cid);
    if (!isAllowed()) return;
    register();
    this.#papers = this.#named();
    line.addEventListener('state', () => {
      this.#save();
      if (this.#papers === this.#named()) return;
      this.#papers = this.#named();
      look(user, mid);
    });
    line.addEventListener('net', ({ detail }) => { if (detail.how === 'on' || detail.how === 'http') this.#back(); });
    // Another device took this one's place: nothing stays readable here. Whoever was taken off the list loses this meeting alone.
    line.addEventListener('bye', async ({ detail }) => {
      // What was about to be kept is not kept after the rest is gone.
      clearTimeout(this.#timer);
      this.#timer = -1;
      await this.#saved;
      await (detail.code === 'device.moved' ? end() : drop(mid));
    });
    setInterval(() => this.#contact(), CONTACT);
    this.#begin();
  }

  /** The papers by version: when one comes, goes, is replaced or may no longer be kept the pack is another. */
  #named() { return papers(this.#line.state).map(({ file }) => `${file.id} ${file.rev} ${file.online ?? ''}`).join(); }

  async #begin() {
    const held = await living();
    this.#kept = (held && (await kept(held, `asks:${this.#mid}`))) ?? [];
    if (this.#isKept) return;
    await heard(this.#user);
    await look(this.#user, this.#mid);
    this.#save();
    this.#send();
  }

  /** Heard again after a while away. */
  #back() {
    this.#isKept = false;
    this.#contact();
    this.#send();
    this.#save();
  }

  /** The key lasts while the server is heard; when its time is over nothing stays readable, not even this page. */
  async #contact() {
    if (this.#line.how === 'on' || this.#line.how === 'http') { await heard(this.#user); if (isAllowed()) await lookIfDue(this.#user, this.#mid); }
    else if (this.#isKept && !(await living())) location.replace('/kept');
  }

  #save() {
    if (this.#timer || this.#isKept) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.#saved = this.#keepState().catch(() => {});
    }, EVERY);
  }

  async #keepState() {
    const held = await living();
    if (!held || held.user !== this.#user) return;
    const { state, me, chain, last } = this.#line;
    const welcome = { ok: true, k: 'welcome', mode: 'snapshot', cls: chain.cls, v: chain.v, state, me, lv: last, now: this.#line.now(), kept: Date.now() };
    await keep(held, `state:${this.#mid}`, welcome);
  }

  // --- what is asked meanwhile ---

  get #isAway() { return this.#line.how === 'off' || this.#isKept; }

  /** An answer at once for what the network cannot bring now; null: ask as always. */
  async #gate(t, d, cid) {
    if (!this.#isAway || t === 'vote.cast') return null;
    if (!mayWait.has(t)) return { ok: false, err: 'unreached' };
    if (!this.#kept.some((one) => one.t === t)) this.#kept.push({ t, d, cid, at: this.#line.now() });
    const isSafe = await this.#keepAsks();
    return { ok: false, err: 'kept', msg: word(isSafe ? 'ask-kept' : 'ask-kept-page') };
  }

  async #keepAsks() {
    const held = await living().catch(() => null);
    if (!held) return false;
    const name = `asks:${this.#mid}`;
    return (this.#kept.length ? keep(held, name, this.#kept) : forget(name)).then(() => true, () => false);
  }

  /** Sends what waited, under the ids it got when it was pressed: it happens once, however often it is sent. */
  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    while (this.#kept.length && !this.#isAway) {
      const [one] = this.#kept;
      const answer = await this.#line.send(one.t, one.d, one.cid);
      if (answer.err === 'unreached' || answer.err === 'kept') break;
      this.#kept.shift();
      await this.#keepAsks();
      toast(answer.ok ? word('ask-kept-sent', { at: clock(one.at) }) : answer.msg, { tone: answer.ok ? 'ok' : 'warn' });
    }
    this.#sending = false;
  }
}
