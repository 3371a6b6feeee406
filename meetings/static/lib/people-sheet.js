/** Who takes part, for a delegate: names and who is there as the room tells them, the rest asked for when the list is opened. */
import { el, find, icon, setText, word } from './page.js';
import { LongList } from './long-list.js';
import { styled } from './sheet.js';

const rank = ['chair', 'secretary', 'delegate', 'substitute', 'guest'];
const signs = { in: 'user-check', remote: 'video', out: 'logout', absent: 'user-off' };
/** Without the marks of Vietnamese: "tran" finds "Trần". */
const plain = (text) => text.toLocaleLowerCase('vi').normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/đ/g, 'd');
/** Fewer people than this need no search. */
const FEW = 12;

export class PeopleSheet {
  #line; #dialog = find('#people'); #field = find('[data-who-find]'); #rows; #told = new Map(); #drawn = '';

  constructor(line) {
    this.#line = line;
    styled();
    this.#rows = new LongList(find('[data-who]'), (one) => this.#row(one));
    this.#field.addEventListener('input', () => this.draw());
    line.addEventListener('state', () => this.draw());
  }

  async open() {
    this.#field.value = '';
    this.#drawn = '';
    this.#dialog.showModal();
    this.draw();
    // Without the network the list says what the room last told.
    const answer = await fetch(`/api/v1/meetings/${this.#line.state.mid}/people`).then((got) => got.json()).catch(() => null);
    if (answer?.ok) this.#told = new Map(answer.people.map((one) => [one.p, one]));
    this.draw();
  }

  draw() {
    if (!this.#dialog.open) return;
    const { people, att } = this.#line.state;
    const parts = plain(this.#field.value).split(/\s+/).filter(Boolean);
    const all = people.map((one) => ({ ...this.#told.get(one.p), ...one })).sort((a, b) => rank.indexOf(a.role) - rank.indexOf(b.role));
    const found = all.filter((one) => { const text = plain(`${one.n} ${this.#note(one)}`); return parts.every((part) => text.includes(part)); });
    const drawn = JSON.stringify([found, att]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#field.closest('label').hidden = people.length < FEW;
    setText('[data-who-n]', att ? word('who-in', { in: att.in, of: att.of, all: people.length }) : '');
    setText('[data-who-none]', found.length ? '' : word('pl-none'));
    this.#rows.draw(found);
  }

  #note(one) {
    const st = one.late && ['in', 'remote'].includes(one.st) ? `${word(`st-${one.st}`)}, ${word('fx-late')}` : word(`st-${one.st ?? 'none'}`);
    const part = one.role === 'delegate' ? null : one.for ? word('who-for', { name: one.for }) : word(`role-${one.role}`);
    return [st, part, one.seat && word('seat', one), one.title, one.org].filter(Boolean).join(', ');
  }

  #row(one) {
    return el('li', { class: 'm-whos', 'data-p': one.p }, icon(signs[one.st] ?? 'user'),
      el('div', { class: 'grow' }, el('b', {}, one.n), el('small', {}, this.#note(one))),
      one.p === this.#line.me.p ? el('span', { class: 'chip act' }, word('you')) : null);
  }
}
