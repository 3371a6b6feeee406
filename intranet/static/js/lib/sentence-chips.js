/**
 * Chips of a typed sentence: the server says what its words mean; what is sure is taken over and can be put aside with
 * one tap, what is in doubt is asked with its choices. The words themselves are underlined where they stand.
 */
import { api } from '@lib/api.js';

const WAIT = 300;

const element = (tag, className, text = '') => Object.assign(document.createElement(tag), { className, textContent: text });

export class SentenceChips {
  #place; #mirror; #field; #url; #words; #changed; #timer = 0; #isReading = false; #asked = 0; #chips = []; #hasLead = false; #roles;

  /**
   * @param {HTMLElement} dock @param {Record<string, string>} words
   * @param {(isTapped: boolean) => void} changed told when what is meant has changed, by a tap or by the words
   * @param {string[]} [roles] those for which there is a place; all, unless given
   */
  constructor(dock, words, changed, roles) {
    this.#roles = roles;
    this.#place = dock.querySelector('[data-read-chips]');
    this.#mirror = dock.querySelector('[data-mirror]');
    this.#field = dock.querySelector('[data-text]');
    this.#url = dock.dataset.read;
    this.#words = words;
    this.#changed = changed;
    this.#field.addEventListener('input', () => this.#later());
    if (this.#mirror) this.#field.addEventListener('scroll', () => { this.#mirror.scrollTop = this.#field.scrollTop; });
    this.#place.addEventListener('click', (event) => this.#tap(event.target.closest('button')));
  }

  /** What the sentence gives: [{role, key, name, note}], without what was put aside. */
  get taken() { return this.#chips.filter((chip) => chip.on && chip.key); }

  /** True while the words are being read, and while something is asked. */
  get isOpen() { return this.isReading || this.#chips.some((chip) => this.#isAsked(chip)); }

  get isReading() { return Boolean(this.#timer) || this.#isReading; }

  /** A lead that was tapped answers the question for one. */
  set hasLead(is) {
    if (this.#hasLead === is) return;
    this.#hasLead = is;
    if (!this.#place.hidden) this.#draw();
  }

  /** Put aside what the sentence says of a party, or of a role. */
  drop(wanted) {
    for (const chip of this.#chips) {
      if (chip.key !== wanted && chip.role !== wanted) continue;
      chip.on = false;
      if (chip.ask) chip.aside = true;
    }
    this.#draw();
  }

  /** The text is typed now: what can be understood of it is shown. */
  open() {
    this.#place.hidden = false;
    if (this.#mirror) this.#mirror.hidden = false;
    this.#draw();
    this.#read();
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#isReading = false;
    this.#asked += 1;
    this.#chips = [];
    this.#place.hidden = true;
    if (this.#mirror) this.#mirror.hidden = true;
  }

  #later() {
    this.#show([{ text: this.#field.value }]);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#read(), WAIT);
    this.#changed(false);
  }

  async #read() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#isReading = true;
    const text = this.#field.value;
    const asked = this.#asked += 1;
    let found = null;
    try { found = text.trim() ? await api(this.#url, { text, joins: this.#field.form?.elements.how?.value === 'join' }) : { parts: [], chips: [] }; } catch { found = null; }
    if (asked !== this.#asked) return;
    this.#isReading = false;
    const before = this.#chips;
    const placed = (found?.chips ?? []).filter((chip) => this.#roles?.includes(chip.role) ?? true);
    this.#chips = placed.map((chip) => this.#kept(before, chip));
    if (found) this.#show(found.parts);
    this.#draw();
    this.#changed(false);
  }

  /** What was chosen or put aside stays so while the words that gave it stand. */
  #kept(before, chip) {
    if (!chip.ask) return { on: true, ...chip, ...before.filter((one) => !one.ask && one.role === chip.role && one.key === chip.key).map(({ on }) => ({ on }))[0] };
    const same = before.find((one) => one.ask === chip.ask && one.role === chip.role);
    return same ? { ...same, choices: chip.choices } : { ...chip, on: false, aside: false };
  }

  #isAsked(chip) { return Boolean(chip.ask) && !chip.key && !chip.aside && !(chip.role === 'lead' && this.#hasLead); }

  #show(parts) {
    if (!this.#mirror) return;
    this.#mirror.replaceChildren(...parts.map((part) => (part.role ? element('mark', part.asked ? 'asked' : '', part.text) : document.createTextNode(part.text))));
    this.#mirror.scrollTop = this.#field.scrollTop;
  }

  #draw() {
    const rows = this.#chips.map((chip, at) => (chip.ask ? this.#question(chip, at) : this.#chip(chip, at, chip.on)));
    if (!rows.length) rows.push(element('span', 'mut', this.#words.nothing));
    this.#place.replaceChildren(...rows);
  }

  #chip(chip, at, isOn) {
    const button = Object.assign(element('button', 'b d-chip'), { type: 'button' });
    button.dataset.chip = at;
    button.setAttribute('aria-pressed', String(isOn));
    const role = chip.choices ? '' : this.#words[`is-${chip.role}`];
    if (role) button.append(element('small', '', role), ' ');
    button.append(element('b', chip.role === 'due' ? 'num' : '', chip.name));
    if (chip.note) button.append(' ', element('small', '', chip.note));
    return button;
  }

  #question(chip, at) {
    const group = element('span', `row d-ask${this.#isAsked(chip) ? ' open' : ''}`);
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', chip.ask);
    group.append(element('span', '', chip.ask));
    for (const choice of chip.choices) {
      const button = this.#chip({ ...choice, choices: [] }, at, chip.key === choice.key);
      button.dataset.key = choice.key;
      group.append(button);
    }
    if (chip.role !== 'lead') {
      const none = Object.assign(element('button', 'b d-chip', this.#words[chip.role === 'due' ? 'keep-due' : 'leave']), { type: 'button' });
      Object.assign(none.dataset, { chip: at, aside: '' });
      none.setAttribute('aria-pressed', String(chip.aside));
      group.append(none);
    }
    return group;
  }

  #tap(button) {
    if (!button) return;
    const chip = this.#chips[Number(button.dataset.chip)];
    const choice = chip.choices?.find((one) => one.key === button.dataset.key);
    if (choice && chip.key !== choice.key) Object.assign(chip, choice, { on: true, aside: false });
    else if (choice) Object.assign(chip, { key: undefined, on: false });
    else if (button.dataset.aside !== undefined) Object.assign(chip, { aside: !chip.aside, key: undefined, on: false });
    else chip.on = !chip.on;
    const place = [...this.#place.querySelectorAll('button')].indexOf(button);
    this.#draw();
    this.#place.querySelectorAll('button')[place]?.focus();
    this.#changed(true);
  }
}
