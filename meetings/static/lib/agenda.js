/** The agenda's column: items, papers under those opened, and, for whoever runs the room, order and new items. */
import { later } from './later.js';
import { bar, clock, el, find, icon, minutes, word } from './page.js';
import { spent } from './state.js';

const over = new Set(['done', 'deferred', 'withdrawn']);
/** Before the sitting its papers are what people come for. */
const early = new Set(['published', 'ready']);

export class Agenda {
  #list = find('[data-agenda]');
  #opened = new Set();
  #shut = new Set();
  #arranging = false;
  #shown = null;
  #time = null;
  /** (state, item) => what else stands under an item that is open: ways to take it up, one's own position. */
  more = [];
  /** The same, what stands above the papers: what votes came to. */
  first = [];

  /**
   * @param {object} room {state, now, reading, replaces, told} as functions of what is true now
   * @param {object} acts {open(file, page), move(id, step), order(ids), shorten(items), replace(file, given)}
   */
  constructor(room, acts) {
    this.room = room;
    this.acts = acts;
    const shortening = later(() => import('./shorten.js'));
    find('[data-shorten]')?.addEventListener('click', async () => {
      const state = this.room.state();
      (await shortening())?.offer(state, this.#time.forecast(state, this.room.now(), spent).lose, this.acts.shorten);
    });
    import('./forecast.js').then((time) => { this.#time = time; this.draw(); });
    const toggle = find('[data-arrange]');
    toggle?.addEventListener('click', () => {
      this.#arranging = !this.#arranging;
      toggle.setAttribute('aria-pressed', String(this.#arranging));
      find('[data-add-item]').hidden = !this.#arranging;
      this.draw();
      if (!this.#arranging) return;
      this.#sortable();
      this.#list.querySelector('.m-planned')?.scrollIntoView({ block: 'center' });
    });
  }

  draw() {
    const state = this.room.state();
    const now = this.room.now();
    const ahead = this.#time?.forecast(state, now, spent, this.room.told()) ?? { begins: {} };
    const focused = this.#list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const rows = [];
    if (state.papers.length) rows.push(this.#common(state));
    state.items.forEach((one, at) => rows.push(this.#row(state, one, at + 1, ahead.begins[one.id], now)));
    this.#list.replaceChildren(...rows);
    if (focused) this.#list.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    if (this.#shown !== (state.cur?.item ?? null)) {
      this.#shown = state.cur?.item ?? null;
      this.#list.querySelector('.a.now')?.closest('li').scrollIntoView({ block: 'nearest' });
    }
    const counted = state.items.filter((one) => one.st !== 'withdrawn');
    const at = counted.findIndex((one) => one.id === state.cur?.item) + 1 || counted.filter((one) => over.has(one.st)).length;
    find('[data-count]').textContent = `${at} / ${counted.length}`;
    this.#time?.drift(state, ahead, { find, word, clock });
  }

  #row(state, one, no, begins, now) {
    const isNow = one.st === 'live';
    const isOpen = isNow || this.#opened.has(one.id) || (early.has(state.state) && !this.#shut.has(one.id));
    const tone = isNow ? ' now' : one.st === 'done' ? ' done' : over.has(one.st) ? ' gone' : '';
    const mark = el('i', { class: 'num' }, one.st === 'done' ? icon('check') : String(no));
    const time = this.#times(state, one, begins, now);
    const toggle = () => {
      if (isNow) return;
      const [to, from] = isOpen ? [this.#shut, this.#opened] : [this.#opened, this.#shut];
      to.add(one.id);
      from.delete(one.id);
      this.draw();
    };
    const row = el('button', {
      class: `a${tone}`, type: 'button', 'data-key': `item-${one.id}`, 'aria-current': isNow ? 'step' : null, 'aria-expanded': String(isOpen), on: { click: toggle },
    }, mark, el('b', {}, one.t), ...time);
    const li = el('li', { 'data-id': one.id, class: one.st === 'planned' ? 'm-planned' : null }, row);
    if (this.#arranging && one.st === 'planned') li.append(this.#mover(one, no));
    const beside = (from) => from.flatMap((found) => found(state, one));
    const papers = isOpen ? [...beside(this.first), ...one.files.map((file) => this.#paper(state, file, one)), ...beside(this.more)] : [];
    if (papers.length) li.append(el('div', { class: 'docs' }, ...papers));
    return li;
  }

  #times(state, one, begins, now) {
    const budget = minutes(one.budget_s);
    const used = spent(state, one, now);
    const left = el('small', { class: 'num' });
    const right = el('small', { class: 'r num' });
    if (one.st === 'live' || one.st === 'done') {
      const isOver = used > one.budget_s + 30 && one.budget_s > 0;
      left.textContent = one.st === 'live' ? (state.cur?.since ? word('from', { at: clock(state.cur.since) }) : word('paused')) : isOver ? word('over', { n: minutes(used - one.budget_s) }) : word('done');
      right.textContent = word('of-minutes', { spent: minutes(used), n: budget });
      right.classList.toggle('over', isOver);
      return [bar(used, one.budget_s, one.st === 'live' ? 'l' : 'd'), left, right];
    }
    left.textContent = one.st === 'planned' ? (begins ? word('forecast', { at: clock(begins) }) : '') : word(one.st);
    right.textContent = budget ? word('minutes', { n: budget }) : '';
    return [left, right];
  }

  /** A paper; whoever may replace it drops the new file on it, or chooses one. */
  #paper(state, file, item = null) {
    const link = this.#link(state, file);
    if (!this.room.replaces(item)) return link;
    const over = (event) => { if (event.dataTransfer.types.includes('Files')) event.preventDefault(); };
    const drop = (event) => { event.preventDefault(); this.acts.replace(file, event.dataTransfer.files[0]); };
    const name = word('replace', { name: file.n });
    const button = el('button', { class: 'b g q', type: 'button', title: name, 'aria-label': name, 'data-replace': file.id, 'data-key': `replace-${file.id}`, disabled: file.map === 'pending', on: { click: () => this.acts.replace(file) } }, icon('replace'));
    link.classList.add('grow');
    return el('div', { class: 'row', on: { dragover: over, drop } }, link, button);
  }

  #link(state, file) {
    const note = file.map === 'pending' ? word('comparing') : state.present.file === file.id ? word('shown') : file.url ? (file.pages ? word('pages', { n: file.pages }) : '') : word('cannot-view');
    const inside = [icon(file.url ? 'file-text' : 'file-off'), el('span', { title: file.n }, file.n), el('small', {}, note)];
    const current = this.room.reading() === file.id ? 'true' : null;
    if (!file.url) return el('a', { href: `/files/${file.id}/${encodeURIComponent(file.name)}`, download: true, 'data-key': `file-${file.id}` }, ...inside);
    const go = (event) => { event.preventDefault(); this.acts.open(file.id); };
    return el('a', { href: file.url, 'aria-current': current, 'data-key': `file-${file.id}`, on: { click: go } }, ...inside);
  }

  #common(state) {
    return el('li', {}, el('p', { class: 'm-common' }, word('common')), el('div', { class: 'docs' }, ...state.papers.map((file) => this.#paper(state, file))));
  }

  #mover(one, no) {
    const step = (by, name, key) => el('button', { class: 'b g q', type: 'button', 'data-key': `${key}-${one.id}`, 'aria-label': word(key, { no }), on: { click: () => this.acts.move(one.id, by) } }, icon(name));
    const keys = (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (by) { event.preventDefault(); this.acts.move(one.id, by); }
    };
    const grip = el('button', { class: 'grip', type: 'button', 'data-key': `grip-${one.id}`, 'aria-label': word('grip', { no }), on: { keydown: keys } }, icon('grip-vertical'));
    return el('div', { class: 'm-mover' }, grip, step(-1, 'chevron-up', 'up'), step(1, 'chevron-down', 'down'));
  }

  async #sortable() {
    if (this.sorter) return;
    const { default: Sortable } = await import('sortablejs');
    this.sorter = Sortable.create(this.#list, {
      handle: '.grip', draggable: 'li.m-planned', animation: 120,
      onEnd: () => this.acts.order([...this.#list.querySelectorAll('li.m-planned')].map((row) => Number(row.dataset.id))),
    });
  }
}
