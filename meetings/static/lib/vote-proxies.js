/** Who votes in whose place, on the sheet of a vote; only where the body's rules allow it, or where somebody was named already. */
import { el, find, icon, word } from './page.js';

const there = new Set(['in', 'remote']);
const members = new Set(['chair', 'delegate']);

export class VoteProxies {
  #line; #part = find('[data-proxies]'); #rows = find('[data-proxy-rows]'); #n = 0;

  constructor(line) {
    this.#line = line;
    find('[data-proxy-add]').addEventListener('click', () => {
      const away = this.#members.filter((one) => !there.has(one.st) && !this.#pairs.some(({ p }) => p === one.p));
      this.#add(away[0]?.p);
      this.#rows.lastElementChild.querySelector('select').focus();
    });
    this.#rows.addEventListener('change', () => this.#holders());
  }

  get #limit() { return this.#line.state.body?.proxy_limit ?? 0; }
  get #members() {
    const { people, att } = this.#line.state;
    const own = people.filter((one) => members.has(one.role));
    // Where the secretary is a member too, the count says so.
    return att && att.of > own.length ? people.filter((one) => members.has(one.role) || one.role === 'secretary') : own;
  }
  get #pairs() { return [...this.#rows.children].map((row) => ({ p: Number(row.querySelector('[data-away]').value), by: Number(row.querySelector('[data-holder]').value) })); }

  /** A new vote begins with those named last, if they are still away. */
  open(vote) {
    this.#rows.replaceChildren();
    const known = new Set(this.#members.map((one) => one.p));
    const away = (p) => !there.has(this.#members.find((one) => one.p === p)?.st);
    const before = this.#line.state.votes?.findLast((one) => one.proxies?.length)?.proxies ?? [];
    const pairs = vote ? vote.proxies ?? [] : this.#limit ? before.filter(({ p, by }) => known.has(p) && known.has(by) && away(p)) : [];
    for (const { p, by } of pairs) this.#add(p, by);
    this.#part.hidden = !this.#limit && !pairs.length;
    find('[data-proxy-note]').textContent = word('proxy-note', { n: this.#limit });
    find('[data-proxy-add]').hidden = !this.#limit;
  }

  /** Pairs as they are sent; undefined where nobody may be named; null when a row is not filled in. */
  read() {
    if (this.#part.hidden) return undefined;
    const pairs = this.#pairs;
    return pairs.every(({ p, by }) => p && by && p !== by) && new Set(pairs.map(({ p }) => p)).size === pairs.length ? pairs : null;
  }

  focus() { this.#rows.querySelector('select')?.focus(); }

  #add(p, by) {
    const n = ++this.#n;
    const field = (key, text, chosen, first) => {
      const people = [...this.#members].sort((a, b) => Number(first(b)) - Number(first(a)));
      return el('label', { class: 'f grow', for: `px-${key}-${n}` }, el('span', { class: 'l' }, text),
        el('select', { class: 'in', id: `px-${key}-${n}`, [`data-${key}`]: '' }, el('option', { value: '' }, word('proxy-choose')),
          ...people.map((one) => el('option', { value: one.p, selected: one.p === chosen }, there.has(one.st) ? one.n : word('proxy-away', { name: one.n })))));
    };
    const row = el('div', { class: 'row' }, field('away', word('proxy-of'), p, (one) => !there.has(one.st)), field('holder', word('proxy-by'), by, (one) => there.has(one.st)),
      el('div', { class: 'f' }, el('span', { class: 'l', 'aria-hidden': 'true' }, '\u00a0'),
        el('button', { class: 'b g q', type: 'button', 'aria-label': word('proxy-drop'), on: { click: () => { row.remove(); this.#holders(); find('[data-proxy-add]').focus(); } } }, icon('x'))));
    this.#rows.append(row);
    this.#holders();
  }

  /** Whoever gives the ballot away holds nobody else's, and nobody holds more than the rules allow. */
  #holders() {
    const pairs = this.#pairs;
    const given = new Set(pairs.map(({ p }) => p));
    const held = (by) => pairs.filter((one) => one.by === by).length;
    for (const row of this.#rows.children) {
      const away = row.querySelector('[data-away]'), holder = row.querySelector('[data-holder]');
      for (const option of away.options) option.disabled = option.value !== away.value && (given.has(Number(option.value)) || held(Number(option.value)) > 0);
      for (const option of holder.options) option.disabled = option.value !== '' && option.value !== holder.value && (given.has(Number(option.value)) || held(Number(option.value)) >= this.#limit);
    }
  }
}
