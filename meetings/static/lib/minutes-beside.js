/** Beside the running facts: conclusions and those of earlier sittings as the server lays them out, and the breaks it knows of. */
import { toast } from '@lib/toast.js';
import { ask } from './concluding.js';
import { confirmed } from './conclude-room.js';

const CALM = 200;

export class Beside {
  /** Breaks of the sitting: the instant, in words, a note. */
  breaks = [];
  #mid; #host; #told; #timer = 0;

  /** @param {HTMLElement} host where it stands @param {() => void} told called when it was read anew */
  constructor(line, host, told) {
    this.#mid = line.state.mid;
    this.#host = host;
    this.#told = told;
    host.addEventListener('click', ({ target }) => this.#press(target));
    line.addEventListener('minutes', ({ detail }) => { if (!detail.key.startsWith('editing:')) this.soon(); });
    this.read();
  }

  /** Several changes at once are read once. */
  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.read(), CALM);
  }

  async read() {
    const answer = await fetch(`/meetings/${this.#mid}/minutes/panel`, { headers: { 'Office-Refresh': '1' } }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('beside');
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
