/** Votes in the hands of whoever runs the room: the likeliest next step and what its button says. The panel is fetched when it is in sight. */
import { surely } from './later.js';
import { all, find, setText, word } from './page.js';

const isOver = ({ st }) => st === 'published' || st === 'void';
const tones = { prepared: '', open: 'act', closed: 'warn', published: 'ok', void: 'bad' };

export class VoteDesk {
  /** The vote that was chosen among those at hand. */
  chosen = null;
  #line; #press; #counts; #panel = null; #shown = null;

  /** @param {Counts} counts how many have cast */
  constructor(line, press, counts) {
    this.#line = line;
    this.#press = press;
    this.#counts = counts;
    find('[data-vp-new]').addEventListener('click', async () => (await this.#fetch()).write());
  }

  get votes() { return this.#line.state.votes ?? []; }
  get live() { return this.#line.state.state === 'live'; }
  get isOver() { return !this.live && !['published', 'ready', 'paused'].includes(this.#line.state.state); }

  /** The vote at hand: the open one, one to be published, the chosen, one prepared for this item, the last of it. */
  get vote() {
    const { votes } = this;
    const item = this.#line.state.cur?.item;
    const by = (st) => votes.find((one) => one.st === st);
    return by('open') ?? by('closed') ?? votes.find((one) => one.id === this.chosen) ?? votes.find((one) => one.st === 'prepared' && one.item === item) ?? votes.findLast((one) => one.item === item) ?? by('prepared');
  }

  #fetch() {
    return this.#panel ??= surely(() => import('./vote-panel.js'), find('#room').dataset.votes).then((part) => (this.#shown = new part.VotePanel(this, this.#line, this.#press, this.#counts)));
  }

  /** The likeliest next step; by a key, an act that cannot be taken back is only offered. */
  async act(byKey = false) {
    const { vote } = this;
    const isOffered = byKey || (vote?.st === 'open' && vote.mode === 'hand');
    if (['open', 'closed'].includes(vote?.st) && !isOffered) return this.#press(vote.st === 'open' ? 'vote.close' : 'vote.publish', { id: vote.id });
    const panel = await this.#fetch();
    if (!vote || isOver(vote)) return panel.write();
    if (vote.st === 'prepared') return panel.ask(vote);
    panel.draw();
    find('[data-vp] .b.p')?.focus();
    return null;
  }

  draw() {
    const { vote } = this;
    const { state } = this.#line;
    find('[data-vp-new]').disabled = this.isOver || !state.votes || !state.items.length;
    // On the tab stands what is still to be done.
    for (const chip of all('[data-vp-state], [data-vp-chip]')) {
      chip.hidden = !vote || ('vpChip' in chip.dataset && isOver(vote));
      chip.textContent = vote ? word(`vst-${vote.st}`) : '';
      chip.className = `chip ${tones[vote?.st] ?? ''}`;
    }
    this.#bar(vote);
    if (find('[data-vp]').offsetParent) this.#fetch().then((panel) => panel.draw());
  }

  #bar(vote) {
    const button = find('[data-do="vote"]');
    const st = vote?.st;
    button.disabled = this.isOver || !this.#line.state.votes || (!this.live && Boolean(vote));
    setText('[data-word-of="vote"]', word({ prepared: 'vp-open', open: 'vp-close', closed: 'vp-publish' }[st] ?? 'vp-bar'));
    const n = vote && this.#counts.of(vote);
    setText('[data-note-of="vote"]', st === 'open' ? (n === null ? word('vst-open') : word('vp-bar-open', { n, of: vote.elig })) : st === 'prepared' || st === 'closed' ? vote.q : word('vp-bar-none'));
  }

  tick(now) { this.#shown?.tick(now); }
}
