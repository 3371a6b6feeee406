/**
 * What a tablet holds of a room, and how the journal's lines change it. Pure: no page, no network, no clock.
 *
 * `Chain` takes frames in whatever order they come: it applies the one whose `pv` is the version it holds, keeps those
 * that came early, drops those it knows, and says when one is missing. What an audience is told fits no other's state.
 */
import { rules as floor } from './floor-state.js';
import { rules as members } from './member-state.js';
import { endPresenting, rules as presenting } from './present-state.js';
import { rules as votes } from './vote-state.js';

const item = (state, id) => state.items.find((one) => one.id === id) ?? {};
const files = (state, id) => (id === null ? state.papers : item(state, id).files ?? []);

const rules = {
  'meeting.state'(state, d) {
    state.state = d.to;
    state.resumes = d.resumes ?? null;
    if (d.to === 'live') { state.started ??= d.at; state.ended = null; }
    if (d.to === 'ended') state.ended = d.at;
    if ('plan_end' in d) state.plan_end = d.plan_end;
    if ('item' in d) {
      const one = item(state, d.item);
      one.spent_s = d.spent_s;
      state.cur = { item: d.item, since: d.since };
      if (d.to === 'ended') Object.assign(one, { st: 'done', ended: d.at });
    }
    if (d.to === 'ended') { state.cur = null; endPresenting(state); }
  },
  'meeting.resumes'(state, d) { state.resumes = d.resumes; },
  'meeting.edited'(state, d) { Object.assign(state, d); },
  'item.started'(state, d) {
    if (d.prev !== null) Object.assign(item(state, d.prev), { st: d.prev_st, spent_s: d.prev_spent_s, ended: d.since });
    const one = item(state, d.item);
    Object.assign(one, { st: 'live', started: one.started ?? d.since, ended: null });
    state.cur = { item: d.item, since: d.since };
  },
  'item.finished'(state, d) {
    Object.assign(item(state, d.item), { st: d.outcome, spent_s: d.spent_s, ended: d.ended });
    state.cur = null;
  },
  'item.undone'(state, d) {
    for (const { id, ...was } of d.items) Object.assign(item(state, id), was);
    state.cur = d.cur;
  },
  'item.added'(state, d) {
    const rest = state.items.filter((one) => one.id !== d.item.id);
    rest.splice(rest.findIndex((one) => one.id === d.after) + 1, 0, d.item);
    state.items = rest;
  },
  'item.edited'(state, { item: id, ...said }) { Object.assign(item(state, id), said); },
  'item.removed'(state, d) { state.items = state.items.filter((one) => one.id !== d.item); },
  'item.dropped'(state, d) {
    const one = item(state, d.item);
    one.st = d.st;
    if ('reason' in d) one.reason = d.reason;
  },
  'item.reordered'(state, d) {
    const place = new Map(d.order.map((id, at) => [id, at]));
    state.items.sort((a, b) => place.get(a.id) - place.get(b.id));
  },
  'file.added'(state, d) {
    const list = files(state, d.item);
    const known = list.findIndex((one) => one.id === d.file.id);
    if (known >= 0) list.splice(known, 1);
    list.push(d.file);
  },
  'file.withdrawn'(state, d) {
    const list = files(state, d.item);
    const known = list.findIndex((one) => one.id === d.file);
    if (known >= 0) list.splice(known, 1);
  },
  'file.replaced'(state, d) {
    const one = files(state, d.item).find((file) => file.id === d.file);
    if (one) one.map = d.map;
  },
  'file.map'(state, d) {
    if (d.file) {
      const list = files(state, d.item);
      const known = list.findIndex((one) => one.id === d.file.id);
      if (known >= 0) list[known] = d.file;
    }
    if (d.present) Object.assign(state.present, d.present);
  },
  ...presenting,
  ...floor,
  ...votes,
  ...members,
};

/** Changes the state by one line; an unknown kind changes the version alone. */
export function apply(state, frame) {
  rules[frame.t]?.(state, structuredClone(frame.d), frame);
  state.v = frame.v;
}

export class Chain {
  state = null;
  cls = null;
  #early = new Map();
  #isHeld = false;

  get v() { return this.state ? this.state.v : null; }
  get hasGap() { return this.#early.size > 0; }

  /** Frames may be another audience's from now on: until a welcome says whose they are, they wait. */
  hold() {
    this.#isHeld = true;
    this.#early.clear();
  }

  /** Takes the answer to a hello, then whatever came early. Returns the lines applied; null after a snapshot. */
  welcome(answer) {
    this.cls = answer.cls;
    this.#isHeld = false;
    const anew = answer.mode === 'snapshot';
    if (anew) this.state = structuredClone(answer.state);
    if (answer.me) this.#own(answer.me.papers ?? []);
    for (const frame of answer.events ?? []) this.#keep(frame);
    const applied = this.#drain();
    return anew ? null : applied;
  }

  /** Takes frames from the socket; returns those applied, in order. `hasGap` says whether one is missing. */
  take(frames) {
    for (const frame of frames) this.#keep(frame);
    return this.state && !this.#isHeld ? this.#drain() : [];
  }

  /** Papers for few come with `me`, whole every time: no line tells of them. */
  #own(found) {
    const lists = [this.state.papers, ...this.state.items.map((one) => one.files)];
    for (const list of lists) list.splice(0, list.length, ...list.filter((one) => !one.own));
    for (const [id, file] of found) files(this.state, id).push({ ...file, own: true });
  }

  #keep(frame) { if (!this.state || frame.v > this.state.v) this.#early.set(frame.pv, frame); }

  #drain() {
    const applied = [];
    for (let next; (next = this.#early.get(this.state.v)); ) {
      this.#early.delete(this.state.v);
      apply(this.state, next);
      applied.push(next);
    }
    for (const [pv, frame] of this.#early) if (frame.v <= this.state.v) this.#early.delete(pv);
    return applied;
  }
}

/** The item on the floor, undefined when there is none. */
export const current = (state) => state.items.find((one) => one.id === state.cur?.item);

/** All papers with the item they belong to, in the agenda's order. */
export function papers(state) {
  const found = state.papers.map((file) => ({ file, item: null }));
  for (const one of state.items) for (const file of one.files) found.push({ file, item: one });
  return found;
}

/** Seconds an item has had on the floor, up to `now` (ms on the server's clock). */
export function spent(state, one, now) {
  const running = state.cur?.item === one.id && state.cur.since !== null ? Math.max(0, now - state.cur.since) / 1000 : 0;
  return one.spent_s + running;
}
