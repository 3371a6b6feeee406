/** The running minutes: what the room knows of items, speeches, votes and presence, in words, to be read and printed. */
import { standing } from './attendance.js';
import { clock, el, find, minutes, mmss, word } from './page.js';
import { current, spent } from './state.js';
import { lasted } from './speakers.js';
import { Beside } from './minutes-beside.js';
import { whole } from './vote-words.js';

const day = new Intl.DateTimeFormat('vi-VN', { weekday: 'long', day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'Asia/Ho_Chi_Minh' });
const here = new Set(['in', 'remote']);
/** Rows that begin with an instant, in the order of time, the instant as the clock shows it. */
const inOrder = (rows) => rows.sort(([a], [b]) => a - b).map(([at, ...rest]) => [Number.isFinite(at) ? clock(at) : '', ...rest]);
const said = ({ n, kind }) => (kind === 'normal' ? word('fx-spoke', { name: n }) : `${n}: ${word(`kind-${kind}`).toLocaleLowerCase('vi')}`);

export class Minutes {
  #line; #beside; #drawn = ''; #was = ''; #unseen = false; #panel = find('[data-minutes-panel]');

  constructor(line) {
    this.#line = line;
    this.#beside = new Beside(line, { beside: find('[data-beside]'), summary: find('[data-summary]') }, () => this.draw());
    find('[data-print]').addEventListener('click', () => print());
  }

  draw() {
    if (this.#panel.hidden) { this.#unseen = true; return; }
    if (this.#unseen) this.#beside.seen();
    this.#unseen = false;
    const now = `${this.#state.state} ${this.#state.cur?.item}`;
    if (this.#was && this.#was !== now) this.#beside.soon();
    this.#was = now;
    const parts = [this.#sitting(), ...this.#presence(), ...this.#items(), this.#others(), this.#speakers()];
    const drawn = JSON.stringify(parts);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    find('[data-facts]').replaceChildren(...parts.filter(({ rows }) => rows.length).map(({ title, rows, isNow }) => el('section', { class: `card from${isNow ? ' now' : ''}` },
      el('h3', {}, title), el('ul', { class: 'fx' }, ...rows.map(([at, text, note]) => el('li', {}, el('time', { class: 'num' }, at), el('span', {}, text), el('small', { class: 'num' }, note)))))));
  }

  get #state() { return this.#line.state; }

  #sitting() {
    const state = this.#state;
    const rows = [[clock(state.starts), word('fx-called', { place: state.place }), day.format(state.starts)]];
    for (const one of state.people.filter(({ role }) => role === 'chair' || role === 'secretary')) rows.push(['', word('fx-role', { role: word(`role-${one.role}`), name: one.n }), one.title ?? '']);
    const course = [...this.#beside.breaks];
    if (state.started) course.push([state.started, word('fx-started'), '']);
    if (state.ended) course.push([state.ended, word('fx-ended'), '']);
    return { title: state.title, rows: [...rows, ...inOrder(course)] };
  }

  /** Who is there, with whoever came late; then, apart from them, who is not. */
  #presence() {
    const { att, people } = this.#state;
    const members = att ? people.filter(({ role }) => role !== 'guest' && role !== 'secretary') : [];
    const isThere = (one) => here.has(one.st) || one.st === 'out';
    const rows = att ? [['', word(att.ok ? 'vp-quorum' : 'vp-no-quorum', att), '']] : [];
    for (const one of members.filter((person) => isThere(person) && (person.late || person.st === 'out')))
      rows.push([one.at ? clock(one.at) : '', one.n, one.st === 'out' ? word('st-out') : word('fx-late')]);
    const away = members.filter((one) => !isThere(one)).map((one) => ['', one.n, word(`st-${standing(one)}`)]);
    return [{ title: word('fx-presence'), rows }, { title: word('fx-absent'), rows: away }];
  }

  #items() {
    const state = this.#state;
    const now = this.#line.now();
    return state.items.map((one, at) => {
      const isNow = current(state) === one;
      const rows = one.started ? [[one.started, word('fx-now'), isNow ? this.#spent(one, now) : '']] : [];
      rows.push(...this.#speeches(one.id), ...this.#votes(one.id));
      if (!isNow && one.st !== 'planned') rows.push([one.ended ?? Infinity, [word(one.st), one.reason].filter(Boolean).join(': '), one.started ? this.#spent(one, now) : '']);
      const told = inOrder(rows);
      if (told.length && one.owner) told.splice(one.started ? 1 : 0, 0, ['', word('reports', { name: one.owner.n }), '']);
      return { title: word('pl-item', { no: at + 1, title: one.t }), rows: told, isNow };
    });
  }

  /** What was said on an item, or outside of any (null), each with the instant it began. */
  #speeches(item) {
    const { speeches = {}, queue } = this.#state;
    const rows = Object.values(speeches).filter((one) => one.item === item).map((one) => [one.at, said(one), mmss(one.s)]);
    const cur = queue?.cur;
    if (cur && cur.item === item) rows.push([cur.started, `${cur.n}: ${word('speaking').toLocaleLowerCase('vi')}`, word('minutes', { n: Math.floor(lasted(cur, this.#line.now()) / 60) })]);
    return rows;
  }

  #votes(item) {
    return (this.#state.votes ?? []).filter((vote) => vote.item === item && vote.opened).map((vote) => [vote.opened, this.#vote(vote), word(`vst-${vote.st}`)]);
  }

  #spent(one, now) { return word('of-minutes', { spent: minutes(spent(this.#state, one, now)), n: minutes(one.budget_s) }); }

  #vote(vote) {
    const { result } = vote;
    const said = [`${vote.q} (${word(`mode-${vote.mode}`).toLocaleLowerCase('vi')})`];
    if (vote.st === 'void') said.push(result?.reason ?? vote.reason);
    else if (result) {
      if (result.adopted !== null) said.push(word(result.adopted ? 'adopted' : 'rejected'));
      said.push(result.reason);
      if (vote.method !== 'confidence') said.push(vote.opts.map((one) => `${one.t} ${String(whole(result.counts?.[one.id])).replace('.', ',')}`).join(', '));
    } else said.push(word('vote-of', { n: vote.cast ?? '–', of: vote.elig }));
    if (result?.digest) said.push(word('fx-digest', { digest: result.digest.slice(0, 16) }));
    return said.filter(Boolean).map((one) => String(one).replace(/\.$/, '')).join('. ');
  }

  /** Whoever spoke while nothing was on the floor; then how long each spoke in all. */
  #others() { return { title: word('fx-others'), rows: inOrder(this.#speeches(null)) }; }

  #speakers() {
    const { spoken, people, speeches = {} } = this.#state;
    const name = (p) => (people.find((one) => one.p === p) ?? Object.values(speeches).find((one) => one.p === p))?.n ?? '';
    const rows = Object.entries(spoken ?? {}).sort(([, a], [, b]) => b - a).map(([p, s]) => ['', name(Number(p)), mmss(s)]);
    return { title: word('fx-speakers'), rows };
  }
}
