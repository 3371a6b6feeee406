/**
 * Everything that only whoever runs the room has: agenda and floor, queue, votes, positions, taking back, the list of
 * commands, the running minutes. Fetched beside the room's own script; what is seldom wanted is fetched when it is.
 */
import { Desk } from './desk.js';
import { later, surely } from './later.js';
import { all, find } from './page.js';
import { QueueDesk } from './queue-desk.js';
import { Undo } from './undo.js';
import { VoteDesk } from './vote-desk.js';

export class Running {
  #desk; #queue; #votes; #members = null; #record = null; #palette; #minutes; #conclude; #line; #press;

  /** @param {object} room {follow, reader, presenter, speakers, attendance, counted}: what everybody's room has */
  constructor(line, press, { follow, reader, presenter, speakers, attendance, counts }) {
    const undo = new Undo();
    this.#line = line;
    this.#press = press;
    this.#queue = new QueueDesk(line, press, speakers, undo);
    this.#votes = new VoteDesk(line, press, counts);
    this.#desk = new Desk(line, press, { follow, reader, presenter, undo, queue: this.#queue, votes: this.#votes, conclude: async () => (await this.#conclude())?.open() });
    const acts = { start: (id) => this.start(id), call: (rq) => this.#queue.call(rq), open: (id) => follow.open(id), person: (one) => attendance.menu(one) };
    this.#palette = later(async () => new (await import('./palette.js')).Palette(line, acts));
    this.#minutes = later(async () => new (await import('./minutes.js')).Minutes(line));
    this.#conclude = later(async () => new (await import('./conclude-room.js')).ConcludeRoom(line.state.mid, line.me.p));
    for (const button of all('[data-palette-open]')) {
      button.disabled = false;
      button.addEventListener('click', () => this.#list());
    }
    addEventListener('keydown', (event) => {
      if (event.code !== 'KeyK' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (!event.repeat) this.#list();
    });
    const ready = later(async () => (await import('./ready.js')).showReady(line.state.mid));
    for (const name of ['click', 'focus']) find('#t-all').addEventListener(name, ready, { once: true });
    for (const name of ['click', 'keydown']) find('.m-stage')?.addEventListener(name, (event) => this.#open(event));
    // Of a sitting that is over the minutes are what there is to see.
    if (line.state.ended && find('[data-minutes]')) this.#read();
  }

  start(id) { return this.#desk.start(id); }
  ways(state, one) { return this.#desk.ways(state, one); }
  move(id, step) { return this.#desk.move(id, step); }
  order(planned) { return this.#desk.order(planned); }

  async #list() { (await this.#palette())?.open(); }

  /** The first press on the tab of the minutes opens them; from then on they look after the tabs themselves. */
  async #open(event) {
    if (this.#record || (event.type === 'click' ? !event.target.closest('[data-minutes]') : !event.key.startsWith('Arrow'))) return;
    await this.#read();
  }

  async #read() { this.#record ??= await this.#minutes(); }

  draw(now) {
    this.#queue.draw(now);
    this.#votes.draw();
    this.#ofMembers(now);
    this.#record?.draw();
    this.#desk.draw();
  }

  /** What members said beforehand has a part of its own, fetched once there is any of it. */
  async #ofMembers(now) {
    const { wish, positions, items } = this.#line.state;
    if (!this.#members && !wish && !positions?.length && !items.some((one) => one.kind === 'consent')) return;
    this.#members ??= surely(() => import('./members.js'), find('#room').dataset.members).then(({ Members }) => new Members(this.#line, this.#press));
    (await this.#members).draw(now);
  }

  tick(now) { this.#votes.tick(now); }
}
