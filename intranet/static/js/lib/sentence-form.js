/**
 * Forms that give work: what is understood of the typed sentence fills the fields beside it, each as a chip that one tap
 * puts aside; what is in doubt is asked, and sending waits for the answer. What was chosen by hand stays until its chip
 * is tapped. Loaded when such a sentence is begun; the form works as before without it.
 */
import { SentenceChips } from './sentence-chips.js';

/** A list of parties (select of `unit:3`, `user:5`), searchable or not yet. */
class Parties {
  #select; #said = [];

  constructor(select) { this.#select = select; }

  get #values() { return this.#select.tomselect ? [...this.#select.tomselect.items] : [...this.#select.selectedOptions].map((one) => one.value).filter(Boolean); }

  get isFilled() { return this.#values.length > 0; }

  /** Whether somebody else was chosen by hand where there is room for one. */
  isTaken(chips) { return !this.#select.multiple && chips.length > 0 && this.#values.some((one) => !this.#said.includes(one) && one !== chips[0].key); }

  take(chips) {
    const wanted = chips.map((chip) => chip.key);
    for (const key of this.#said) if (!wanted.includes(key)) this.#remove(key);
    const before = this.#values;
    this.#said = wanted.filter((key) => this.#said.includes(key) || !before.includes(key));
    for (const chip of chips) if (!this.#values.includes(chip.key)) this.#add(chip);
  }

  #add({ key, name }) {
    const list = this.#select.tomselect;
    if (list) {
      list.addOption({ value: key, text: name });
      list.addItem(key);
      return;
    }
    const known = [...this.#select.options].find((one) => one.value === key) ?? this.#select.appendChild(new Option(name, key));
    known.selected = true;
  }

  #remove(key) {
    if (this.#select.tomselect) this.#select.tomselect.removeItem(key);
    else for (const one of this.#select.options) if (one.value === key) one.selected = false;
  }
}

/** A unit among large choices; whoever else is named goes along in hidden fields, as the dock sends them. */
class Choices {
  #form; #role; #place; #said = null;

  constructor(form, role) {
    this.#form = form;
    this.#role = role;
    this.#place = form.querySelector('[data-said]').appendChild(document.createElement('span'));
  }

  #radio(key) { return this.#role === 'lead' && this.#form.querySelector(`input[type=radio][name=lead][value="${CSS.escape(key.replace('unit:', ''))}"]`); }

  get isFilled() { return Boolean(this.#form.querySelector('input[name=lead]:checked') ?? this.#place.querySelector('input')); }

  isTaken(chips) {
    const chosen = this.#role === 'lead' && this.#form.querySelector('input[name=lead]:checked');
    return Boolean(chosen) && chips.length > 0 && chosen !== this.#said && chosen !== this.#radio(chips[0].key);
  }

  take(chips) {
    if (this.#said) this.#said.checked = false;
    this.#said = null;
    const hidden = [];
    for (const { key } of chips) {
      const radio = this.#radio(key);
      if (radio) {
        if (!radio.checked) this.#said = radio;
        radio.checked = true;
        continue;
      }
      if (this.#role === 'lead') for (const one of this.#form.querySelectorAll('input[name=lead]')) one.checked = false;
      const [kind, id] = key.split(':');
      hidden.push(Object.assign(document.createElement('input'), { type: 'hidden', name: kind === 'user' ? `${this.#role}_user` : this.#role, value: id }));
    }
    this.#place.replaceChildren(...hidden);
  }
}

/** The day, typed; beside usual terms it is "another day". */
class Day {
  #field; #days; #said = ''; #before; #isChosen = false;

  constructor(form) {
    this.#field = form.querySelector('[name=due_date]');
    this.#days = [...form.querySelectorAll('[name=days]')];
    for (const one of this.#days) one.addEventListener('change', (event) => { this.#isChosen ||= event.isTrusted; });
  }

  isTaken([chip]) { return Boolean(chip) && ((this.#field.value !== '' && this.#field.value !== this.#said && this.#field.value !== chip.key) || (this.#isChosen && !this.#said)); }

  take([chip]) {
    if (!chip && !this.#said) return;
    if (chip && !this.#said) this.#before = this.#days.find((one) => one.checked);
    if (chip || this.#field.value === this.#said) this.#field.value = chip?.key ?? '';
    const wanted = chip ? this.#days.find((one) => one.value === 'other') : this.#before;
    if (wanted) wanted.checked = true;
    this.#said = chip?.key ?? '';
  }
}

/** Something that is so or not: a check box, or one of the choices of urgency. */
class Mark {
  #box; #plain; #isSaid = false;

  constructor(form, name) {
    this.#box = form.querySelector(`[type=checkbox][name=${name}]`) ?? form.querySelector(`[name=priority][value=${name}]`);
    this.#plain = [...form.querySelectorAll('[name=priority]')].find((one) => one.checked);
    this.#box ??= form.querySelector('[data-said]').appendChild(Object.assign(document.createElement('input'), { type: 'checkbox', hidden: true, name, value: 'y' }));
  }

  isTaken() { return false; }

  take([chip]) {
    if (Boolean(chip) === this.#isSaid) return;
    this.#isSaid = Boolean(chip);
    if (chip || this.#box.type === 'checkbox') this.#box.checked = this.#isSaid;
    else if (this.#plain) this.#plain.checked = true;
  }
}

const started = new WeakSet();

export function start(form) {
  if (started.has(form)) return;
  started.add(form);
  const text = form.querySelector('[data-text]');
  const words = Object.fromEntries([...form.querySelector('[data-words]').content.querySelectorAll('[data-w]')].map((one) => [one.dataset.w, one.textContent]));
  const note = form.querySelector('[data-open-note]');
  const party = (role) => {
    const select = form.querySelector(`select[name=${role}]`);
    return select ? new Parties(select) : new Choices(form, role);
  };
  const places = { lead: party('lead'), co: party('co'), info: party('info'), due: new Day(form), urgent: new Mark(form, 'urgent') };
  if (!form.querySelector('[name=priority]')) places.reply = new Mark(form, 'reply');
  let waiting = null;

  const reader = new SentenceChips(form, words, (isTapped) => {
    if (reader.isReading) return;
    for (const [role, place] of Object.entries(places)) {
      if (!isTapped && place.isTaken(reader.taken.filter((chip) => chip.role === role))) reader.drop(role);
      place.take(reader.taken.filter((chip) => chip.role === role));
    }
    reader.hasLead = places.lead.isFilled;
    note.hidden ||= !reader.isOpen;
    const sender = waiting;
    waiting = null;
    if (sender) form.requestSubmit(sender.button);
  }, Object.keys(places));

  if (text.value === text.defaultValue) text.addEventListener('input', () => reader.open(), { once: true });
  else reader.open();
  for (const one of form.querySelectorAll('[name=how]')) one.addEventListener('change', () => { if (text.value.trim()) reader.open(); });
  form.addEventListener('submit', (event) => {
    reader.hasLead = places.lead.isFilled;
    if (!reader.isOpen) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // It was not sent: it may be, again.
    delete form.dataset.sent;
    if (reader.isReading) {
      waiting = { button: event.submitter };
      return;
    }
    note.hidden = false;
    form.querySelector('.d-ask.open button')?.focus();
  }, { capture: true });
}
