/** Ctrl K: everything that can be done now, found by its name: acts, items, people, papers. The arrow keys choose, Enter does it. */
import { all, el, find, setText, word } from './page.js';
import { styled } from './sheet.js';
import { papers } from './state.js';

/** What is offered as it stands on its button, unless the button is out of use. */
const BUTTONS = ['.acts [data-do]', '[data-speech-do]', '[data-vp] .b', '[data-vp-new]', '[data-queue-lock]', '[data-queue-turn]', '[data-consent-adopt]', '.side0 [data-do]', '[data-dialog=notice]', '[data-dialog=timer]', '[data-show-stop]', '[data-blank]', '[data-minutes]', '[data-arrange]', '[data-theme-switch]', '[data-text-size]'];
const MOST = 9;
/** Without the marks of Vietnamese: "muc tiep" finds "Mục tiếp". */
const plain = (text) => text.toLocaleLowerCase('vi').normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/g, 'd');

export class Palette {
  #line; #acts; #dialog = find('#palette'); #field = find('[data-palette]'); #list = find('[data-palette-list]'); #all = []; #shown = []; #at = 0;

  /** @param {object} acts {start(item), call(rq), open(file), person(one)} */
  constructor(line, acts) {
    this.#line = line;
    this.#acts = acts;
    styled();
    this.#field.addEventListener('input', () => this.#draw());
    this.#field.addEventListener('keydown', (event) => this.#key(event));
    this.#list.addEventListener('click', (event) => { const row = event.target.closest('[data-n]'); if (row) this.#run(Number(row.dataset.n)); });
  }

  open() {
    if (find('dialog[open]')) return;
    this.#all = [...this.#buttons(), ...this.#room()];
    this.#field.value = '';
    this.#draw();
    this.#dialog.showModal();
    this.#field.focus();
  }

  #buttons() {
    return BUTTONS.flatMap(all).filter((one) => !one.disabled && !one.hidden).map((button) => ({
      text: (button.getAttribute('aria-label') ?? (button.querySelector('b') ?? button).textContent.replace(button.querySelector('kbd')?.textContent ?? '', '')).trim(),
      note: button.querySelector('small')?.textContent ?? '', run: () => button.click(),
    }));
  }

  #room() {
    const { state } = this.#line;
    const isLive = state.state === 'live';
    const item = (one, at) => ({ text: word('pl-item', { no: at + 1, title: one.t }), note: word('start-item'), run: () => this.#acts.start(one.id) });
    return [
      ...(isLive ? state.queue.wait : []).map((one) => ({ text: word('called', { name: one.n }), note: word(`kind-${one.kind}`), run: () => this.#acts.call(one.rq) })),
      ...state.items.flatMap((one, at) => (isLive && ['planned', 'suspended'].includes(one.st) ? [item(one, at)] : [])),
      ...papers(state).filter(({ file }) => file.url).map(({ file }) => ({ text: file.n, note: word('pl-paper'), run: () => this.#acts.open(file.id) })),
      ...state.people.map((one) => ({ text: one.n, note: [word(`role-${one.role}`), one.title].filter(Boolean).join(', '), run: () => this.#acts.person(one) })),
    ];
  }

  #draw() {
    const parts = plain(this.#field.value).split(/\s+/).filter(Boolean);
    this.#shown = this.#all.filter((one) => { const text = plain(`${one.text} ${one.note}`); return parts.every((part) => text.includes(part)); }).slice(0, MOST);
    this.#list.replaceChildren(...this.#shown.map((one, n) => el('li', { role: 'option', id: `pl-${n}`, 'data-n': n }, el('b', {}, one.text), el('small', {}, one.note))));
    setText('[data-palette-none]', this.#shown.length ? '' : word('pl-none'));
    this.#field.setAttribute('aria-expanded', String(this.#shown.length > 0));
    this.#choose(0);
  }

  #choose(at) {
    this.#at = at;
    for (const row of this.#list.children) row.setAttribute('aria-selected', String(Number(row.dataset.n) === at));
    if (this.#shown[at]) this.#field.setAttribute('aria-activedescendant', `pl-${at}`);
    else this.#field.removeAttribute('aria-activedescendant');
    this.#list.children[at]?.scrollIntoView({ block: 'nearest' });
  }

  #key(event) {
    const n = this.#shown.length;
    const to = { ArrowDown: (this.#at + 1) % n, ArrowUp: (this.#at + n - 1) % n }[event.key];
    if (to >= 0) this.#choose(to);
    else if (event.key === 'Enter' && !event.isComposing) this.#run(this.#at);
    else return;
    event.preventDefault();
  }

  #run(n) {
    const one = this.#shown[n];
    if (!one) return;
    this.#dialog.close();
    one.run();
  }
}
