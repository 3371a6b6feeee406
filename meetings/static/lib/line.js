/**
 * The line to the server: one socket, said hello on; plain HTTP while the socket cannot be had.
 *
 * Events: `state` {applied: frames or null after a snapshot}, `lv` {key, d}, `net` {how: on|slow|off|http}, `bye` {code}.
 * What changed while the tablet was away comes by version; nothing is asked again that is held already.
 */
import { io } from 'socket.io-client';
import { api, ApiError } from '@lib/api.js';
import { Chain } from './state.js';
import { ulid, word } from './page.js';
import { spread } from './spread.js';

const HELLO = 6000, COMMAND = 6000, GIVE_UP = 20000, FALLBACK = 8000, GAP = 120, REFUSED = 5000, HEADS = 400, QUIET = 38000, AWAY = 20000;
/** Bytes of a message the server takes. */
const LARGEST = 65536;
const pause = (ms) => new Promise((ok) => setTimeout(ok, ms));

export class Line extends EventTarget {
  chain = new Chain();
  /** (t, d, cid) => an answer at once, or null to ask the server: whoever knows that it is out of reach. */
  gate = null;
  #socket; #mid; #as; #seen = 0; #clients = 0; #answered = 0; #beside = ''; #offsets = []; #hello = null; #moved = false; #gapTimer = 0; #lostAt = null; #heardAt = Date.now(); #polling = null; #closed = false;

  /**
   * @param {object} welcome the first answer, which came with the page
   * @param {{as?: string}} [how] as: 'proj' when this is the screen on the wall
   */
  constructor(mid, welcome, { as = '' } = {}) {
    super();
    this.#mid = mid;
    this.#as = as;
    /** Last values by key, which no line of the journal carries: view, the presenter's rectangle; forecast; mine, one's own positions. */
    this.last = { ...welcome.lv };
    this.#answered = welcome.lv?.replies?.at(-1)?.v ?? 0;
    this.me = welcome.me;
    this.chain.welcome(welcome);
    // Until the room answers the page tells how wrong this device's clock is; of a kept one so did whoever kept it.
    if (welcome.now) this.#offset(welcome.now - (welcome.kept ?? Date.now()));
    // The page came from the device: what it says was so then, and nobody has been heard since.
    if (welcome.kept) { this.#heardAt = welcome.kept; this.#lostAt = Math.min(welcome.kept, Date.now() - AWAY); }
    this.#socket = io('/meetings', { path: '/socket.io/', transports: ['websocket'] });
    const look = () => { if (!document.hidden && !this.#closed && !this.#isAsking) this.#socket.connect(); };
    this.#socket.on('connect', () => { this.#moved = true; this.#greet(); });
    this.#socket.on('disconnect', () => { this.#lost(); spread(this.#socket.io, this.#clients); });
    this.#socket.on('connect_error', () => {
      this.#lost();
      if (!this.#socket.active) setTimeout(look, REFUSED);
    });
    this.#socket.on('evt', (frames) => { this.#heard(); this.#took(this.chain.take(frames)); });
    this.#socket.on('lv', (frame) => { this.#heard(); if (frame.mid === mid) this.#lastValue(frame); });
    this.#socket.on('eph', (frame) => { if (frame.mid === mid) this.#emit('eph', frame); });
    this.#socket.on('minutes', (frame) => { if (frame.mid === mid) this.#emit('minutes', frame); });
    this.#socket.on('heads', (heads) => {
      this.#heard();
      this.#offset(heads.now - Date.now());
      this.#clients = heads.clients;
      if (heads.mid === mid && heads.cls > this.chain.v) this.#ask(HEADS);
    });
    this.#socket.on('resync', () => { this.#moved = true; this.#ask(0); });
    this.#socket.on('bye', (bye) => {
      // A newer page of this device took the socket's place: this one asks over HTTP until it is looked at again.
      if (bye.code === 'replaced') this.#lost();
      // The server stops: a moment of this tablet's own, or a thousand would come back at once.
      else if (bye.retry_ms) { this.#socket.disconnect(); setTimeout(() => this.#hasten(), Math.random() * bye.retry_ms); }
      else { this.close(); this.#emit('bye', bye); }
    });
    addEventListener('offline', () => this.#lost());
    addEventListener('online', () => this.#hasten());
    document.addEventListener('visibilitychange', look);
    addEventListener('focus', look);
    setTimeout(() => { if (!this.isUp) this.#lost(); }, 2500);
    setInterval(() => this.#watch(), 500);
  }

  get state() { return this.chain.state; }
  get isUp() { return this.#socket.connected && this.#hello === null; }
  /** Milliseconds on the server's clock. */
  now() { return Date.now() + (this.#offsets.length ? [...this.#offsets].sort((a, b) => a - b)[Math.floor(this.#offsets.length / 2)] : 0); }

  close() {
    this.#closed = true;
    this.#polling?.end.abort();
    this.#socket.close();
  }

  /**
   * Asks the room for something; repeated under the same id until an answer comes, so that it happens once.
   * @param {string} [cid] given by whoever repeats the same ask later, or whose id must not tell the time
   * @returns the acknowledgement; `{ok: false, err: 'unreached'}` when no answer came in 20 seconds
   */
  async send(t, d = {}, cid = ulid()) {
    const now = await this.gate?.(t, d, cid);
    if (now) return now;
    const frame = { k: 'cmd', cid, t, d: { mid: this.#mid, ...d } };
    // The server ends the line of whoever sends more, without a word.
    if (new Blob([JSON.stringify(frame)]).size > LARGEST - 64) return { ok: false, err: 'invalid', code: 'command.too_big', msg: word('too-big') };
    const until = Date.now() + GIVE_UP;
    while (Date.now() < until && !this.#closed) {
      try {
        if (this.#socket.connected) return await this.#socket.timeout(COMMAND).emitWithAck('cmd', frame);
        if (this.#polling) return await api(this.#url('commands'), frame);
      } catch (error) {
        if (error instanceof ApiError) return error.answer ?? { ok: false, err: 'retry' };
      }
      await pause(250);
    }
    return { ok: false, err: 'unreached' };
  }

  /** Says what may be lost and is never repeated: `lv` {key, d} or `eph` {t, d}. Returns false without a socket. */
  whisper(name, frame) {
    if (!this.isUp) return false;
    this.#socket.volatile.emit(name, { k: name, mid: this.#mid, ...frame });
    return true;
  }

  /** Asks anew what is this person's alone: no line of the journal tells it. */
  refresh() {
    if (this.#socket.connected) this.#greet();
    else if (this.#polling) this.#polling.works = false;
  }

  #url(what) { return `/api/v1/meetings/${this.#mid}/${what}`; }

  /** Says hello on the socket; frames that overtake the answer wait in the chain. */
  async #greet() {
    if (this.#hello || this.#closed) return;
    if (this.#moved) this.chain.hold();
    this.#moved = false;
    this.#hello = (async () => {
      const said = { k: 'hello', proto: 1, mid: this.#mid, cls: this.chain.cls, last: { cls: this.chain.v }, caps: ['ink'] };
      if (this.#as) said.as = this.#as;
      const began = Date.now();
      let answer = await this.#socket.timeout(HELLO).emitWithAck('hello', said);
      if (!answer.ok) {
        if (['not_found', 'forbidden', 'invalid'].includes(answer.err)) { this.close(); this.#emit('bye', answer); }
        else throw new Error(answer.err);
        return;
      }
      this.#offset(answer.now - (began + Date.now()) / 2);
      this.#clients = answer.clients;
      // Too long for a message.
      if (answer.mode === 'snapshot' && !answer.state) answer = await api(this.#url(`snapshot?as=${this.#as}`));
      this.me = answer.me;
      this.#took(this.chain.welcome(answer), true);
      this.#lastValues(answer.lv);
    })();
    let failed = false;
    try { await this.#hello; } catch { failed = true; }
    this.#hello = null;
    if (this.#closed) return;
    if (failed) { if (this.#socket.connected) setTimeout(() => this.#greet(), 600); return; }
    this.#heard();
    this.#lostAt = null;
    this.#polling?.end.abort();
    this.#polling = null;
    this.#net('on');
    if (this.#moved || this.chain.hasGap) this.#ask(this.#moved ? 0 : GAP);
  }

  #took(applied, isWelcome = false) {
    if (applied === null || applied.length || isWelcome) this.#emit('state', { applied });
    clearTimeout(this.#gapTimer);
    if (this.chain.hasGap && !isWelcome) this.#ask(GAP);
  }

  #ask(ms) {
    clearTimeout(this.#gapTimer);
    this.#gapTimer = setTimeout(() => { if (this.#socket.connected) this.#greet(); }, ms);
  }

  #offset(ms) {
    this.#offsets.push(ms);
    if (this.#offsets.length > 5) this.#offsets.shift();
  }

  /** One newer than what was held is told; an older one came late. */
  #lastValue(frame) {
    if (frame.key === 'view') {
      if (frame.seq <= this.#seen) return;
      this.#seen = frame.seq;
    } else if (frame.key === 'reply') this.#answered = Math.max(this.#answered, frame.seq);
    this.last[frame.key] = frame.d;
    // What is shown to those who may read it: the room's own line told only that something is.
    if (frame.key === 'shown' && this.state.present.few) { Object.assign(this.state.present, frame.d); this.#emit('state', { applied: [] }); }
    this.#emit('lv', frame);
  }

  #lastValues(held) {
    for (const key of ['forecast', 'shown', 'mine', 'online', 'following', 'presenter']) if (held?.[key]) this.#lastValue({ key, d: held[key] });
    for (const d of held?.votes ?? []) this.#lastValue({ key: 'vote', d });
    this.#beside = held?.mark ?? '';
    if (held?.view) this.#lastValue({ key: 'view', seq: held.view.seq, d: held.view });
    for (const d of held?.replies ?? []) this.#lastValue({ key: 'reply', seq: d.v, d });
  }

  /** The server can be reached again: a try now. All lines of a page share a connection, which pauses up to 5 s between tries. */
  #hasten() {
    if (this.#closed || this.#socket.connected || this.#isAsking) return;
    const shared = this.#socket.io;
    if (!this.#socket.active) this.#socket.connect();
    else { shared.disconnect(); shared.connect(); }
  }

  /** The connection is there and was asked to let this line in: asked twice, the server refuses the second and the line is lost. */
  get #isAsking() { return this.#socket.active && this.#socket.io.engine?.readyState === 'open'; }

  #heard() { this.#heardAt = Date.now(); }
  #lost() { this.#lostAt ??= Date.now(); }

  #watch() {
    if (this.#closed) return;
    if (this.#socket.connected && this.state.state === 'live' && Date.now() - this.#heardAt > QUIET) {
      this.#heard();
      this.#lost();
      this.#socket.disconnect().connect();
    }
    if (this.#lostAt === null) return;
    const away = Date.now() - this.#lostAt;
    if (away > FALLBACK && !this.#polling && !this.#socket.connected) this.#poll();
    if (this.#polling?.works) this.#net('http');
    else this.#net(away >= AWAY ? 'off' : away > 4000 ? 'slow' : 'on');
  }

  /** Asks over HTTP what happened, again and again, until the socket is back. */
  async #poll() {
    const mine = (this.#polling = { works: false, end: new AbortController() });
    const how = { signal: mine.end.signal };
    while (this.#polling === mine && !this.#closed) {
      try {
        const answer = mine.works
          ? await api(`${this.#url('events')}?since=${this.chain.v}&wait=25&seen=${this.#seen}&heard=${this.#answered}&cls=${this.chain.cls}&beside=${this.#beside}&as=${this.#as}`, undefined, how)
          : await api(`${this.#url('snapshot')}?since=${this.chain.v}&cls=${this.chain.cls}&as=${this.#as}`, undefined, how);
        if (this.#polling !== mine) return;
        const worked = mine.works;
        mine.works = answer.mode !== 'snapshot' || 'state' in answer;
        if (mine.works && !worked && this.#socket.active) this.#hasten();
        if (answer.now) this.#offset(answer.now - Date.now());
        if (answer.me) { this.me = answer.me; this.#emit('state', { applied: [] }); }
        this.#took('state' in answer || answer.mode !== 'snapshot' ? this.chain.welcome(answer) : []);
        this.#lastValues(answer.lv);
      } catch (error) {
        if (mine.end.signal.aborted) return;
        mine.works = false;
        if (error instanceof ApiError && (error.status === 404 || error.status === 403)) { this.close(); this.#emit('bye', { code: error.answer?.code }); return; }
        await pause(2000);
      }
    }
  }

  #net(how) { if (this.how !== how) { this.how = how; this.#emit('net', { how, since: this.#heardAt + this.now() - Date.now() }); } }
  #emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}
