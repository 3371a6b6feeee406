/** Who waits to speak, for a delegate, and asking in another way than by the one tap; fetched when it is first opened. */
import { toast } from '@lib/toast.js';
import { all, el, find, setText, word } from './page.js';
import { choose } from './press.js';

export class QueueSheet {
  #speakers; #press; #form = find('[data-ask-form]'); #comment = find('[data-comment-form]'); #item = null;

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
    this.#comment.addEventListener('submit', (event) => { event.preventDefault(); this.#send(); });
  }

  /** Words on the item on the floor; what is refused stays typed. */
  async #send() {
    const t = this.#comment.t.value.trim();
    if (!t) { this.#comment.t.focus(); return; }
    if (!(await this.#press('comment.send', { item: this.#item, t }))?.ok) return;
    this.#comment.closest('dialog').close();
    this.#comment.reset();
    toast(word('comment-sent'), { tone: 'ok' });
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
    const { item } = this.#speakers;
    this.#item = item?.id;
    this.#comment.hidden = !item || !me.can.includes('ask');
    setText('[data-comment-on]', item?.t ?? '');
    find('[data-queue-none]').hidden = wait.length > 0;
    find('[data-queue]').replaceChildren(...wait.map((one, at) => el('li', { class: 'qr' },
      el('span', { class: 'ord num' }, String(at + 1)),
      el('div', { class: 'grow' }, el('span', { class: 't0 ell' }, one.n ?? this.#speakers.name(one.p)), el('span', { class: 't1 ell' }, word(`kind-${one.kind}`))),
      one.p === me.p ? el('span', { class: 'chip act' }, word('you')) : null)));
  }
}
