/** Who is here: a delegate's own check-in; for whoever runs the room the quorum, the people and their correction. */
import { all, clock, el, find, icon, setText, word } from './page.js';
import { later } from './later.js';
import { LongList } from './long-list.js';
import { choose } from './press.js';

const rank = ['chair', 'secretary', 'delegate', 'substitute', 'guest'];
const SVG = 'http://www.w3.org/2000/svg';
const present = new Set(['in', 'remote']);
const code = later(() => import('./device-code.js')), person = later(() => import('./person.js'));

/** What the list says of somebody, as its word is named; of the absent whether they have leave. */
export const standing = (one) => (one.st === 'absent' && 'leave' in one ? (one.leave ? 'leave' : 'no-leave') : one.st ?? 'none');

export class Attendance {
  #line; #press; #online = new Set(); #drawn = ''; #rows = null;

  constructor(line, press) {
    this.#line = line;
    this.#press = press;
    find('[data-att]')?.addEventListener('click', () => this.#own());
    const list = later(async () => new (await import('./people-sheet.js')).PeopleSheet(line));
    for (const one of all('[data-who-open]')) one.addEventListener('click', async () => (await list())?.open());
  }

  get mine() { return this.#line.state.people.find((one) => one.p === this.#line.me.p); }

  #own() {
    if (!present.has(this.mine?.st)) return this.#press('att.set', { st: 'in' });
    return choose(word('att-here'), [
      { text: word('att-leave'), icon: 'logout', name: 'out', run: () => this.#press('att.set', { st: 'out' }) },
      { text: word('att-far'), icon: 'video', name: 'remote', off: this.mine.st === 'remote', run: () => this.#press('att.set', { st: 'remote' }) },
    ], word('att-q'));
  }

  /** @param {Set<number>} [online] who has the room open now */
  draw(online) {
    if (online) this.#online = online;
    const { state, me } = this.#line;
    const button = find('[data-att]');
    if (button) {
      const here = present.has(this.mine?.st);
      button.hidden = !state.att;
      button.setAttribute('aria-pressed', String(here));
      setText('[data-att-word]', word(here ? 'att-here' : 'att-check'));
    }
    // Whoever has just become secretary has the old page until it is loaded anew.
    if (me.can.includes('run') && find('[data-att-panel]')) {
      if (state.att) this.#quorum(state.att);
      this.#people(state);
    }
  }

  #quorum(att) {
    find('[data-att-panel]').hidden = false;
    setText('[data-att-in]', String(att.in));
    setText('[data-att-of]', String(att.of));
    const ok = find('[data-att-ok]');
    ok.replaceChildren(icon(att.ok ? 'check' : 'alert-triangle'), word(att.ok ? 'quorum-ok' : 'quorum-no'));
    ok.classList.toggle('m-short', !att.ok);
    setText('[data-att-need]', word('quorum-need', { need: att.need }));
    const at = (n) => (att.of ? Math.min(328, (n / att.of) * 328) : 0).toFixed(1);
    const part = (tag, values) => {
      const made = document.createElementNS(SVG, tag);
      for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
      return made;
    };
    find('[data-att-bar]').replaceChildren(
      part('rect', { class: 'b0', y: 3, width: 328, height: 6, rx: 3 }),
      part('rect', { class: att.ok ? 'b1' : 'b1 short', y: 3, width: at(att.in), height: 6, rx: 3 }),
      part('line', { class: 'th', x1: at(att.need), x2: at(att.need), y1: 0, y2: 12 }),
    );
  }

  #people(state) {
    const sorted = [...state.people].sort((a, b) => rank.indexOf(a.role) - rank.indexOf(b.role));
    setText('[data-online]', word('in-room', { n: this.#online.size, all: sorted.length }));
    const drawn = JSON.stringify([sorted, [...this.#online].sort(), state.grants]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#rows ??= new LongList(find('[data-people]'), (one) => this.#row(one, this.#line.state));
    this.#rows.draw(sorted);
  }

  #row(one, state) {
    const here = this.#online.has(one.p);
    const st = state.att ? this.#standing(one) : null;
    const note = [st, one.role === 'delegate' ? null : word(`role-${one.role}`), one.seat && word('seat', one), one.title].filter(Boolean).join(', ');
    return el('li', { class: `m-who${here ? ' here' : ''}`, 'data-p': one.p },
      el('i', { 'aria-hidden': 'true' }),
      el('div', { class: 'grow' }, el('span', { class: 't0 ell' }, one.n), el('span', { class: 't1 ell', title: note }, note), here ? el('span', { class: 'vh' }, word('here')) : null),
      state.att ? el('button', { class: 'b', type: 'button', 'data-key': `att-${one.p}`, 'aria-label': word('correct', { name: one.n }), on: { click: () => this.menu(one) } }, word('fix')) : null);
  }

  #standing(one) {
    const st = word(`st-${standing(one)}`);
    return one.st && one.at ? word('st-at', { st, at: clock(one.at) }) : st;
  }

  /** What chair and secretary may do about somebody. */
  async menu(one) { (await person())?.menu(one, { line: this.#line, press: this.#press, standing: this.#standing(one), code }); }
}
