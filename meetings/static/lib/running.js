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

const isSeen = (selector) => Boolean(find(selector).offsetParent);

export class Running {
  #desk; #queue; #votes; #members = null; #record = null; #palette; #minutes; #conclude; #board; #preview = null; #line; #reader; #press;

  /** @param {object} room {follow, reader, presenter, speakers, attendance, counted}: what everybody's room has */
  constructor(line, press, { follow, reader, presenter, speakers, attendance, counts }) {
    const undo = new Undo();
    this.#line = line;
    this.#press = press;
    this.#reader = reader;
    this.#queue = new QueueDesk(line, press, speakers, undo);
    this.#votes = new VoteDesk(line, press, counts);
    this.#desk = new Desk(line, press, { follow, reader, presenter, undo, queue: this.#queue, votes: this.#votes, front: (name) => this.#front(name), conclude: async () => (await this.#conclude())?.open(this.#front('concl')) });
    const acts = { start: (id) => this.start(id), call: (rq) => this.#queue.call(rq), open: (id) => follow.open(id), person: (one) => attendance.menu(one) };
    this.#palette = later(async () => new (await import('./palette.js')).Palette(line, acts));
    this.#minutes = later(async () => new (await import('./minutes.js')).Minutes(line));
    this.#conclude = later(async () => new (await import('./conclude-room.js')).ConcludeRoom(line));
    for (const button of all('[data-palette-open]')) {
      button.disabled = false;
      button.addEventListener('click', () => this.#list());
    }
    addEventListener('keydown', (event) => {
      if (event.code !== 'KeyK' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (!event.repeat) this.#list();
    });
    this.#board = later(async () => (await import('./ready.js')).showReady(line.state.mid));
    for (const name of ['click', 'focusin']) for (const list of all('[data-tabs], [data-sheet]')) list.addEventListener(name, () => setTimeout(() => this.#turned()));
    addEventListener('resize', () => this.#votes.draw());
    find('.m-low [data-sheet]')?.addEventListener('click', () => find('#t-all').click());
    // Of a sitting that is over the minutes are what there is to see.
    if (line.state.ended) find('[data-minutes]').click();
    this.#turned();
  }

  start(id) { return this.#desk.start(id); }
  ways(state, one) { return this.#desk.ways(state, one); }
  move(id, step) { return this.#desk.move(id, step); }
  order(planned) { return this.#desk.order(planned); }

  async #list() { (await this.#palette())?.open(); }

  /** Another tab may have come forward: what is in sight is fetched, and drawn. */
  async #turned() {
    this.#votes.draw();
    this.#screen();
    if (isSeen('#p-all')) this.#board();
    if (isSeen('#p-concl')) (await this.#conclude())?.show(find('#p-concl'));
    if (!isSeen('#p-min')) return;
    this.#record ??= await this.#minutes();
    this.#record?.draw();
  }

  /** Beside the secretary's other tabs the page on the screen is seen small. */
  async #screen() {
    if (!find('.m-desk .m-show .hh')?.offsetParent || !(this.#preview || this.#line.state.present.file)) return;
    this.#preview ??= import('./preview.js').then((part) => new part.Preview(this.#line, this.#reader)).catch(() => null);
    (await this.#preview)?.draw();
  }

  /** Brings a tab forward, where there is one at this size; its panel. */
  #front(name) {
    const tab = all(`[role=tab][aria-controls="p-${name}"]`).find((one) => one.offsetParent);
    tab?.click();
    return tab ? find(`#p-${name}`) : null;
  }

  /** All of a vote's result comes to hand. */
  see(id) {
    this.#votes.chosen = id;
    if (!this.#front('vote')) this.#front('run');
    this.#votes.draw();
    find('#s-vote').focus();
  }

  draw(now) {
    this.#queue.draw(now);
    this.#votes.draw();
    this.#ofMembers(now);
    this.#record?.draw();
    this.#screen();
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
