/** Beside the running facts: the summary that is typed, conclusions as the server lays them out, the breaks it knows of. */
import { toast } from '@lib/toast.js';
import { ask } from './concluding.js';
import { confirmed } from './conclude-room.js';
import { Summary } from './summary-room.js';

/** Several changes are read once after so long (ms), and what the network did not bring is asked for again. */
const CALM = 200, AGAIN = 5000;

export class Beside {
  /** Breaks of the sitting: the instant, in words, a note. */
  breaks = [];
  #mid; #host; #summary; #told; #timer = 0;

  /** @param {object} hosts {beside, summary}: where they stand @param {() => void} told called when it was read anew */
  constructor(line, { beside: host, summary }, told) {
    this.#mid = line.state.mid;
    this.#host = host;
    this.#told = told;
    host.addEventListener('click', ({ target }) => this.#press(target));
    this.#summary = new Summary(line, summary, () => this.soon());
    line.addEventListener('minutes', ({ detail }) => { if (this.#summary.told(detail)) this.soon(); });
    this.read();
  }

  /** The tab came forward: what was filled out of sight is as high as its words. */
  seen() { this.#summary.grow(); }

  /** Several changes at once are read once. */
  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.read(), CALM);
  }

  async read() {
    const answer = await fetch(`/meetings/${this.#mid}/minutes/panel`, { headers: { 'Office-Refresh': '1' } }).catch(() => null);
    if (!answer) this.#timer = setTimeout(() => this.read(), AGAIN);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('beside');
    this.#summary.show(page);
    const focused = this.#host.contains(document.activeElement);
    this.breaks = [...fresh.querySelectorAll('[data-told] li')].map(({ dataset }) => [Number(dataset.at), dataset.text, dataset.note]);
    if (!focused || fresh.textContent !== this.#host.textContent) this.#host.replaceChildren(...fresh.childNodes);
    this.#told();
  }

  async #press(target) {
    if (await confirmed(this.#mid, target.closest('[data-confirm-id]'))) { await this.read(); return; }
    const add = target.closest('[data-review-add]');
    if (!add || add.disabled) return;
    add.disabled = true;
    const answer = await ask(this.#mid, 'review.add').catch(() => null);
    if (answer && !answer.ok) toast(answer.msg, { tone: 'warn' });
    await this.read();
  }
}
