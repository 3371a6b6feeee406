/** What votes on an item came to: a line under it in the agenda, and one by its name where the agenda is folded away. */
import { all, el, icon, word } from './page.js';
import { styled } from './sheet.js';
import { whole } from './vote-words.js';

const signs = { adopted: 'circle-check', rejected: 'circle-x', counted: 'checkbox' };
const verdict = ({ adopted }) => (adopted === null ? 'counted' : adopted ? 'adopted' : 'rejected');
/** A vote of confidence says something of each person: that is read behind its button. */
const reason = (vote) => (vote.method === 'confidence' ? '' : vote.result.reason ?? '');
const numbers = (vote) => (vote.method === 'confidence' ? '' : vote.opts.map((one) => `${one.t} ${String(whole(vote.result.counts?.[one.id])).replace('.', ',')}`).join(', '));

export class Results {
  #line; #see;

  /** @param {(id: number) => void} see shows all of a result */
  constructor(line, agenda, see) {
    this.#line = line;
    this.#see = see;
    styled();
    agenda.first.push((state, one) => this.#of(one.id).map((vote) => this.#row(vote)));
    agenda.draw();
  }

  get #votes() { return this.#line.state.votes ?? []; }
  #of(item) { return this.#votes.filter((one) => one.st === 'published' && one.item === item && one.result); }

  #row(vote) {
    const name = verdict(vote.result);
    const isBusy = this.#votes.some(({ st }) => st === 'open' || st === 'closed');
    const parts = [icon(signs[name]), el('b', {}, word(name)), el('small', { class: 'num' }, reason(vote)), el('small', { class: 'num' }, numbers(vote))];
    const look = { class: `m-res ${name}`, title: vote.q };
    // While a vote is held, that one is at hand.
    if (isBusy) return el('div', look, ...parts);
    return el('button', { ...look, type: 'button', 'data-key': `result-${vote.id}`, on: { click: () => this.#see(vote.id) } }, ...parts, el('span', {}, word('see')));
  }

  /** The last result of what is on the floor. */
  draw() {
    const last = this.#of(this.#line.state.cur?.item).at(-1);
    const text = last ? reason(last) || word(verdict(last.result)) : '';
    for (const one of all('[data-now-result]')) { one.textContent = text; one.hidden = !text; }
  }
}
