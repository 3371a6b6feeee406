/** Who waits to speak, for a delegate, and asking in another way than by the one tap; fetched when it is first opened. */
import { all, el, find, word } from './page.js';
import { choose } from './press.js';

export class QueueSheet {
  #speakers; #press; #form = find('[data-ask-form]');

  /** @param {(kind: string, note: string|null) => void} ask */
  constructor(speakers, press, ask) {
    this.#speakers = speakers;
    this.#press = press;
    for (const one of all('[data-kind-word]')) one.textContent = word(`kind-${one.dataset.kindWord}`);
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const note = this.#form.note.value.trim();
      this.#form.closest('dialog').close();
      ask(this.#form.kind.value, note || null);
      this.#form.reset();
    });
  }

  open() {
    this.draw();
    find('#queue-list').showModal();
  }

  withdraw() {
    const { queue: { wait }, place: n } = this.#speakers;
    const { rq } = wait[n - 1];
    choose(word('asked', { n }), [{ text: word('withdraw'), icon: 'x', run: () => this.#press('queue.withdraw', { rq }) }], word('withdraw-q', { n }));
  }

  draw() {
    const { queue: { wait }, me, place } = this.#speakers;
    const button = find('[data-ask]');
    this.#form.hidden = button.hidden || place > 0;
    this.#form.querySelector('button').disabled = button.disabled;
    find('[data-queue-none]').hidden = wait.length > 0;
    find('[data-queue]').replaceChildren(...wait.map((one, at) => el('li', { class: 'qr' },
      el('span', { class: 'ord num' }, String(at + 1)),
      el('div', { class: 'grow' }, el('span', { class: 't0 ell' }, one.n ?? this.#speakers.name(one.p)), el('span', { class: 't1 ell' }, word(`kind-${one.kind}`))),
      one.p === me.p ? el('span', { class: 'chip act' }, word('you')) : null)));
  }
}
