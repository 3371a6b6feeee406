/** What whoever runs the room may press: next item, pause, end, present. Each press is one command; refusals become messages. */
import { all, el, find, icon, minutes, setText, word } from './page.js';
import { current, spent } from './state.js';

const seldom = () => import('./seldom.js');
const isOpen = ({ st }) => ['planned', 'suspended'].includes(st);

export class Desk {
  #line; #follow; #reader; #presenter; #desks; #press; #undo; #share = null;

  /** @param {object} desks {queue, votes}: speakers and votes in the hands of whoever runs the room */
  constructor(line, press, { follow, reader, presenter, undo, ...desks }) {
    this.#undo = undo;
    this.#line = line;
    this.#press = press;
    this.#follow = follow;
    this.#reader = reader;
    this.#presenter = presenter;
    this.#desks = desks;
    for (const button of all('[data-do]')) button.addEventListener('click', () => this.act(button.dataset.do));
    for (const button of all('[data-show]')) button.addEventListener('click', () => presenter.turn(Number(button.dataset.show)));
    find('[data-show-stop]').addEventListener('click', () => this.ask('present.stop'));
    find('[data-blank]').addEventListener('click', () => this.ask('screen.blank', { on: !this.state.blank }));
    find('[data-add-item]').addEventListener('submit', async (event) => { event.preventDefault(); (await seldom()).add(event.target, this.state.items, this.#press); });
    const keys = find('[data-keys-on]');
    keys.checked = localStorage.getItem('room-keys') !== 'off';
    keys.addEventListener('change', () => { localStorage.setItem('room-keys', keys.checked ? 'on' : 'off'); this.#marks(); });
    this.#marks();
    find('#keys dl').replaceChildren(find('#room-keys').content);
    addEventListener('keydown', (event) => this.#key(event));
    line.addEventListener('lv', ({ detail: { key, d } }) => { if (key === 'following') { this.#share = d; this.#following(); } });
  }

  get state() { return this.#line.state; }
  get next() {
    const { cur, items } = this.state;
    const at = items.findIndex((one) => one.id === cur?.item);
    return items.slice(at + 1).find(isOpen) ?? items.find(isOpen);
  }

  /** Single letters outside of fields, with Alt inside them; they can be switched off. */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.repeat || event.target.closest('dialog[open]') || !find('[data-keys-on]').checked) return;
    if (!event.altKey && event.target.closest('input:not([type=checkbox], [type=radio]), textarea, select')) return;
    const name = { KeyN: 'next', KeyS: 'call', KeyV: 'vote', KeyP: 'show', KeyB: 'blank', KeyK: 'conclude' }[event.code];
    if (name) { event.preventDefault(); this.act(name, true); }
  }

  #marks() { for (const one of all('.m-room kbd')) one.hidden = !find('[data-keys-on]').checked; }

  ask(t, d) { return this.#press(t, d); }

  act(name, byKey = false) {
    if (name === 'blank') { find('[data-blank]').click(); return null; }
    const button = find(`[data-do="${name}"]`);
    if (button?.disabled) return null;
    if (name === 'conclude') return this.#desks.conclude();
    const { state } = this.state;
    if (name === 'next') {
      if (['published', 'ready'].includes(state)) return this.ask('meeting.start');
      return this.next && state === 'live' ? this.start(this.next.id) : null;
    }
    if (name === 'pause') return state === 'paused' ? this.ask('meeting.resume') : seldom().then((part) => part.pause(this.#line, this.#press));
    if (name === 'end') return this.#end();
    if (name === 'show') return this.#presenter.toggle();
    if (name === 'call') return this.#desks.queue.call();
    if (name === 'vote') { this.#desks.front('vote'); return this.#desks.votes.act(byKey); }
    const outcome = { 'item.done': 'done', 'item.suspend': 'suspended', 'item.defer': 'deferred' }[name];
    return outcome ? this.#finish(outcome) : null;
  }

  /** The ways to put an item on the floor: what is there is done with it, or put aside. */
  ways({ state, cur }, one) {
    const isAgain = one.st === 'done';
    if (state !== 'live' || !(isOpen(one) || (isAgain && this.#line.me.can.includes('chair')))) return [];
    const way = (key, text, sign, outcome) => el('button', { class: 'b m-start', type: 'button', 'data-key': `${key}-${one.id}`, on: { click: () => this.start(one.id, outcome) } }, icon(sign), word(text));
    const ways = [way('start', isAgain ? 'again' : 'start-item', 'player-play')];
    return cur && !isAgain ? [...ways, way('aside', 'start-aside', 'hourglass', 'suspended')] : ways;
  }

  /** Puts an item on the floor at once; for some seconds that can be taken back. What was done asks why. */
  async start(item, outcome) {
    const { cur, items, queue } = this.state;
    const no = items.findIndex((one) => one.id === item);
    const reason = items[no]?.st === 'done' && await (await seldom()).why(`${no + 1}. ${items[no].t}`);
    if (reason === '') return null;
    const left = this.#desks.queue.left();
    this.#undo.hide();
    const answer = await this.ask('item.start', { item, expect: cur?.item ?? null, ...(reason && { reason }), ...(outcome && { outcome }) });
    if (answer?.ok) this.#offerBack(word('item-now', { no: no + 1, title: items[no].t }), item, item, queue?.cur, left);
    return answer;
  }

  /** Takes the item off the floor, which can be taken back in the same way. */
  async #finish(outcome) {
    const { cur, items, queue } = this.state;
    if (!cur) return null;
    const no = items.findIndex((one) => one.id === cur.item);
    const left = this.#desks.queue.left();
    this.#undo.hide();
    const answer = await this.ask('item.finish', { expect: cur.item, outcome });
    if (answer?.ok) this.#offerBack(word('item-left', { no: no + 1, st: word(outcome).toLocaleLowerCase('vi') }), cur.item, null, queue?.cur, left);
    return answer;
  }

  /** @param {number|null} now what is on the floor while the offer holds */
  #offerBack(text, item, now, speech, left) {
    const back = async () => { if ((await this.ask('item.undo', { item, expect: now }))?.ok) await this.#desks.queue.giveBack(speech, left); };
    this.#undo.show(text, back, () => (this.state.cur?.item ?? null) === now);
  }

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

  /** What stands on the buttons. */
  draw() {
    const { state, present, items, cur } = this.state;
    const isLive = state === 'live';
    const begins = ['published', 'ready'].includes(state);
    const inSession = isLive || state === 'paused';
    const ahead = this.next;
    find('[data-arrange]').disabled = find('[data-dialog="notice"]').disabled = !inSession && !begins;
    find('[data-dialog="timer"]').disabled = !inSession;
    setText('[data-word-of="next"]', word(begins ? 'start' : 'next'));
    setText('[data-note-of="next"]', begins ? word('start-note') : ahead ? `${items.indexOf(ahead) + 1}. ${ahead.t}` : word('next-none'));
    find('[data-do="next"]').disabled = !(begins || (isLive && ahead));
    setText('[data-word-of="show"]', word(this.#presenter.isMine ? 'stop-show' : 'show'));
    setText('[data-note-of="show"]', this.#follow.shown ? `${word('showing', { page: this.#reader.page, n: this.#reader.pages || '…' })}, ${this.#follow.shown.n}` : word('show-none'));
    find('[data-do="show"]').disabled = !isLive || !this.#follow.shown;
    setText('[data-word-of="pause"]', word(state === 'paused' ? 'resume' : 'pause'));
    setText('[data-note-of="pause"]', inSession ? word(`state-${state}`) : '');
    find('[data-do="pause"]').disabled = !inSession;
    const left = items.filter(isOpen).length;
    setText('[data-note-of="end"]', left ? word('end-note', { n: left }) : word('end-none'));
    find('[data-do="end"]').disabled = !inSession;
    const { concl } = this.state;
    setText('[data-concl-n]', concl);
    for (const chip of all('[data-concl-n]')) chip.hidden = !concl;
    setText('[data-note-of="conclude"]', word(concl ? 'concl-n' : 'concl-none', { n: concl }));
    find('[data-do="conclude"]').disabled = !inSession && state !== 'ended';
    for (const name of ['item.done', 'item.suspend', 'item.defer']) find(`[data-do="${name}"]`).disabled = !isLive || cur === null;
    const item = current(this.state);
    setText('[data-item-note]', item ? `${item.t}, ${word('of-minutes', { spent: minutes(spent(this.state, item, this.#line.now())), n: minutes(item.budget_s) })}` : word('no-item'));
    for (const button of all('[data-show]')) button.disabled = !isLive || !present.file;
    find('[data-show-stop]').disabled = !isLive || !present.file;
    find('[data-blank]').setAttribute('aria-pressed', String(this.state.blank));
    find('[data-blank]').disabled = !inSession && !begins;
    this.#following();
    for (const note of all('.acts small')) note.title = note.textContent;
    this.#undo.draw();
    this.#likeliest(begins);
  }

  /** How many follow what is shown; of too few nobody is told. */
  #following() {
    const { n, of } = this.#share ?? {};
    const told = find('[data-show-share]');
    told.hidden = !this.state.present.file || !of;
    if (of) told.textContent = word('share', { n, of, pct: Math.round((n / of) * 100) });
  }

  /** One filled button: the likeliest next step. */
  #likeliest(begins) {
    const { queue } = this.state;
    const vote = this.#desks.votes.vote;
    const next = begins ? 'next' : this.state.state === 'paused' ? 'pause' : vote && ['open', 'closed'].includes(vote.st) ? 'vote' : queue?.wait.length && !queue.cur ? 'call' : 'next';
    for (const button of all('.acts .cmd')) button.classList.toggle('p', button.dataset.do === next && !button.disabled);
  }

  async #end() {
    const agreed = await (await seldom()).agreesToEnd(this.state.items.filter(isOpen), this.state.items);
    if (agreed) await this.ask('meeting.end', { confirm: true });
  }
}
