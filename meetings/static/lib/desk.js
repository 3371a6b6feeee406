/** What whoever runs the room may press: next item, pause, end, present. Each press is one command; refusals become messages. */
import { ask } from '@lib/dialogs.js';
import { toast } from '@lib/toast.js';
import { all, clock, el, find, minutes, setText, word } from './page.js';
import { current, papers, spent } from './state.js';

const open = new Set(['planned', 'suspended']);

export class Desk {
  #line; #follow; #reader; #busy = new Set(); #wantedPage = null;

  constructor(line, follow, reader) {
    this.#line = line;
    this.#follow = follow;
    this.#reader = reader;
    for (const button of all('[data-do]')) button.addEventListener('click', () => this.act(button.dataset.do));
    for (const button of all('[data-show]')) button.addEventListener('click', () => this.turnShown(Number(button.dataset.show)));
    find('[data-show-stop]').addEventListener('click', () => this.ask('present.stop'));
    find('[data-add-item]').addEventListener('submit', (event) => this.#add(event));
    addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, dialog')) return;
      const name = { n: 'next', p: 'show' }[event.key.toLowerCase()];
      if (name && !event.repeat) { event.preventDefault(); this.act(name); }
    });
  }

  get state() { return this.#line.state; }
  get next() {
    const at = this.state.items.findIndex((one) => one.id === this.state.cur?.item);
    return this.state.items.slice(at + 1).find((one) => open.has(one.st)) ?? this.state.items.find((one) => open.has(one.st));
  }

  /** Sends a command once at a time; a refusal is said. */
  async ask(t, d) {
    if (this.#busy.has(t)) return null;
    this.#busy.add(t);
    const answer = await this.#line.send(t, d);
    this.#busy.delete(t);
    if (!answer.ok) toast(answer.err === 'unreached' ? word('unreached') : answer.msg, { tone: 'warn' });
    return answer;
  }

  act(name) {
    const { state } = this.state;
    const expect = this.state.cur?.item ?? null;
    if (name === 'next') {
      if (['published', 'ready'].includes(state)) return this.ask('meeting.start');
      return this.next && state === 'live' ? this.start(this.next.id) : null;
    }
    if (name === 'pause') return this.ask(state === 'paused' ? 'meeting.resume' : 'meeting.pause');
    if (name === 'end') return this.#end();
    if (name === 'show') return this.#show();
    const outcome = { 'item.done': 'done', 'item.suspend': 'suspended', 'item.defer': 'deferred' }[name];
    return outcome && expect !== null ? this.ask('item.finish', { expect, outcome }) : null;
  }

  start(item) { return this.ask('item.start', { item, expect: this.state.cur?.item ?? null }); }

  /** One planned item a step up or down among the planned ones. */
  move(id, step) {
    const planned = this.state.items.filter((one) => one.st === 'planned').map((one) => one.id);
    const at = planned.indexOf(id);
    const to = at + step;
    if (at < 0 || to < 0 || to >= planned.length) return;
    planned.splice(to, 0, ...planned.splice(at, 1));
    this.order(planned).then((answer) => { if (answer?.ok) find('[data-say]').textContent = word('moved', { no: this.state.items.findIndex((one) => one.id === id) + 1 }); });
  }

  async order(planned) {
    const answer = await this.ask('item.reorder', { order: planned, expect: this.state.items.map((one) => one.id) });
    if (!answer?.ok) this.#follow.dispatchEvent(new CustomEvent('redraw'));
    return answer;
  }

  /** The presenter's own page was turned: everybody's is; of fast turns only the last one travels. */
  lead(page) {
    if (this.#wantedPage !== null) { this.#wantedPage = page; return; }
    this.#wantedPage = page;
    (async () => {
      for (let sent = null; this.#wantedPage !== null && this.#wantedPage !== sent; ) {
        sent = this.#wantedPage;
        const answer = await this.#line.send('present.page', { file: this.state.present.file, page: sent });
        if (!answer.ok) { toast(answer.msg ?? word('unreached'), { tone: 'warn' }); break; }
      }
      this.#wantedPage = null;
    })();
  }

  turnShown(step) {
    const { file, page } = this.state.present;
    if (!file) return;
    const pages = papers(this.state).find((one) => one.file.id === file)?.file.pages ?? Infinity;
    const to = Math.min(pages, Math.max(1, (this.#wantedPage ?? page) + step));
    if (to !== page) this.lead(to);
  }

  /** What stands on the buttons. */
  draw() {
    const { state, present, items, cur } = this.state;
    const isLive = state === 'live';
    const begins = ['published', 'ready'].includes(state);
    const ahead = this.next;
    setText('[data-word-of="next"]', word(begins ? 'start' : 'next'));
    setText('[data-note-of="next"]', begins ? word('start-note') : ahead ? `${items.indexOf(ahead) + 1}. ${ahead.t}` : word('next-none'));
    find('[data-do="next"]').disabled = !(begins || (isLive && ahead));
    const isMine = present.file && present.file === this.#follow.file && present.by === this.#line.me.p;
    setText('[data-word-of="show"]', word(isMine ? 'stop-show' : 'show'));
    setText('[data-note-of="show"]', this.#follow.shown ? `${this.#follow.shown.n}, ${word('showing', { page: this.#reader.page, n: this.#reader.pages || '…' })}` : word('show-none'));
    find('[data-do="show"]').disabled = !isLive || !this.#follow.shown;
    setText('[data-word-of="pause"]', word(state === 'paused' ? 'resume' : 'pause'));
    setText('[data-note-of="pause"]', word(`state-${state}`));
    find('[data-do="pause"]').disabled = !isLive && state !== 'paused';
    const left = items.filter((one) => open.has(one.st)).length;
    setText('[data-note-of="end"]', left ? word('end-note', { n: left }) : word('end-none'));
    find('[data-do="end"]').disabled = !isLive && state !== 'paused';
    for (const name of ['item.done', 'item.suspend', 'item.defer']) find(`[data-do="${name}"]`).disabled = !isLive || cur === null;
    const item = current(this.state);
    setText('[data-item-note]', item ? `${item.t}, ${word('of-minutes', { spent: minutes(spent(this.state, item, this.#line.now())), n: minutes(item.budget_s) })}` : word('no-item'));
    for (const button of all('[data-show]')) button.disabled = !isLive || !present.file;
    find('[data-show-stop]').disabled = !isLive || !present.file;
    const chip = find('[data-show-chip]');
    chip.textContent = present.file ? clock(this.#line.now()) : '';
    chip.hidden = true;
  }

  /** Who is here, chair and secretaries first. */
  people(online) {
    const rank = ['chair', 'secretary', 'delegate', 'guest'];
    const sorted = [...this.state.people].sort((a, b) => rank.indexOf(a.role) - rank.indexOf(b.role));
    setText('[data-online]', word('in-room', { n: online.size, all: sorted.length }));
    find('[data-people]').replaceChildren(...sorted.map((one) => el('li', { class: `m-who${online.has(one.p) ? ' here' : ''}` },
      el('i', { 'aria-hidden': 'true' }), el('div', { class: 'grow' }, el('span', { class: 't0 ell' }, one.n), el('span', { class: 't1 ell' }, [word(`role-${one.role}`), one.title, one.org].filter(Boolean).join(', '))),
      online.has(one.p) ? el('span', { class: 'vh' }, word('here')) : null)));
  }

  #show() {
    const { present } = this.state;
    const file = this.#follow.file;
    if (!file) return null;
    if (present.file === file && present.by === this.#line.me.p) return this.ask('present.stop');
    return this.ask('present.start', { file, page: this.#reader.page });
  }

  async #end() {
    const left = this.state.items.filter((one) => open.has(one.st)).length;
    const agreed = await ask(left ? word('ask-end-open', { n: left }) : word('ask-end'), { word: word('yes-end'), bad: true });
    if (agreed) await this.ask('meeting.end', { confirm: true });
  }

  async #add(event) {
    event.preventDefault();
    const form = event.target;
    const title = form.title.value.trim();
    const budget = Number(form.budget.value);
    if (!title) { form.title.focus(); return; }
    const last = this.state.items.at(-1)?.id ?? null;
    const answer = await this.ask('item.add', { title, budget: Number.isInteger(budget) ? budget : 0, after: last });
    if (answer?.ok) { form.title.value = ''; form.title.focus(); }
  }
}
