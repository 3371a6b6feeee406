/** For whoever runs the room the calls that wait; for everybody else the way to call. */
import { later } from './later.js';
import { all, el, find, icon, setText, word } from './page.js';

const calling = later(() => import('./calling.js'));
const kinds = { water: 'cup', tech: 'tool', paper: 'file-text', other: 'user', message: 'message', comment: 'note' };

export class Calls {
  #line; #press; #drawn = ''; #known = null;

  constructor(line, press) {
    this.#line = line;
    this.#press = press;
    find('[data-call]')?.addEventListener('click', async () => (await calling())?.open(line, press));
  }

  /** The list of open calls; a new one is said. */
  draw(now) {
    const list = find('[data-calls]');
    if (!list) return;
    const calls = this.#line.state.calls ?? [];
    const minute = Math.floor(now / 60000);
    const drawn = JSON.stringify([calls, minute]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const fresh = this.#known && calls.filter((one) => !this.#known.has(one.id));
    if (fresh?.length) find('[data-say]').textContent = word('svc-new', { name: this.#name(fresh[0]), what: this.#what(fresh[0]) });
    this.#known = new Set(calls.map((one) => one.id));
    setText('[data-calls-count]', calls.length ? String(calls.length) : '');
    setText('[data-calls-n]', String(calls.length));
    for (const one of all('[data-calls-n]')) one.hidden = !calls.length;
    find('[data-calls-none]').hidden = calls.length > 0;
    const focused = list.contains(document.activeElement);
    list.replaceChildren(...calls.map((one) => this.#row(one, now)));
    if (focused) (list.querySelector('button') ?? find('#p-all')).focus({ preventScroll: true });
  }

  #name(one) { return one.n ?? this.#line.state.people.find((other) => other.p === one.p)?.n ?? ''; }
  #what(one) { return [word(`svc-${one.kind}`), one.seat && word('seat', one)].filter(Boolean).join(', ') + (one.t ? `: ${one.t}` : ''); }

  #row(one, now) {
    const passed = Math.floor((now - one.at) / 60000);
    const what = this.#what(one);
    return el('li', { class: 'ln ic', 'data-call-id': one.id }, icon(kinds[one.kind] ?? 'bell-ringing'),
      el('div', { class: 'grow' }, el('span', { class: 't0' }, what), el('span', { class: 't1 num' }, `${this.#name(one)}, ${passed < 1 ? word('just-now') : word('ago', { n: passed })}`)),
      el('div', { class: 'row' }, el('button', { class: 'b q', type: 'button', 'aria-label': word('svc-answer-of', { what, name: this.#name(one) }), on: { click: async () => (await import('./reply.js')).reply(one.id, `${this.#name(one)}: ${what}`, this.#press) } }, icon('message')),
      el('button', { class: 'b', type: 'button', 'aria-label': word('svc-done-of', { what, name: this.#name(one) }), on: { click: () => this.#press('service.done', { id: one.id }) } }, word('svc-done'))));
  }
}
