/**
 * One typed block: saved two seconds after a word and when it is left, kept on this device until the server has it. When
 * somebody else wrote meanwhile both texts are shown side by side; nothing is overwritten.
 */
import { ask } from './concluding.js';

const EVERY = 2000, AGAIN = 5000, LEFT = 10_000;
const word = (name, data = {}) => (document.getElementById('mn-words').content.querySelector(`[data-w="${name}"]`)?.textContent ?? '').replace(/\{(\w+)\}/g, (whole, key) => data[key] ?? whole);
const clock = (ms) => new Intl.DateTimeFormat('vi-VN', { timeStyle: 'medium', timeZone: 'Asia/Ho_Chi_Minh' }).format(ms);

/** Two pages of one person keep their words apart. */
const tab = sessionStorage.getItem('minutes-tab') ?? crypto.randomUUID();
sessionStorage.setItem('minutes-tab', tab);

function read(key) {
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

export class Block {
  #root; #field; #mid; #saved; #timer = 0; #saving = null; #stale = null; #keep; #told = 0;

  constructor(root, mid, me) {
    this.#root = root;
    this.#mid = mid;
    this.key = root.dataset.block;
    this.rev = Number(root.dataset.rev);
    this.#field = root.querySelector('[data-ed]');
    this.#keep = `minutes:${me}:${mid}:${this.key}:${tab}`;
    if (!this.#field) return;
    this.#saved = this.#field.value;
    this.#field.addEventListener('input', () => this.#typed());
    this.#field.addEventListener('focus', () => this.#tell());
    this.#field.addEventListener('blur', () => this.save());
    root.querySelector('[data-insert]')?.addEventListener('change', (event) => this.#insert(event.target));
    this.#takeUp();
    this.grow();
  }

  get field() { return this.#field; }
  get isDirty() { return Boolean(this.#field) && (this.#field.value !== this.#saved || this.#stale !== null); }

  /** What an earlier page could not send: this one before it was read again, or one that was closed since. */
  #takeUp() {
    const alike = this.#keep.slice(0, -tab.length);
    const left = Object.keys(localStorage).filter((key) => key.startsWith(alike) && key !== this.#keep && (read(key)?.at ?? 0) < Date.now() - LEFT);
    const from = read(this.#keep) ? this.#keep : left[0];
    const kept = from ? read(from) : null;
    if (from && from !== this.#keep) localStorage.removeItem(from);
    if (!kept || kept.text === this.#saved) { localStorage.removeItem(this.#keep); return; }
    const theirs = this.#saved;
    this.#field.value = kept.text;
    if (kept.rev === this.rev) { this.#typed(); return; }
    this.#store(kept.rev);
    this.#compare({ cur: this.rev, text: theirs, by: '', at: '' }, word('kept'));
  }

  #store(rev) {
    try { localStorage.setItem(this.#keep, JSON.stringify({ text: this.#field.value, rev, at: Date.now() })); } catch { /* a full store: the server has it in two seconds */ }
  }

  #typed() {
    this.grow();
    this.#store(this.rev);
    this.#tell();
    this.#timer ||= setTimeout(() => this.save(), EVERY);
  }

  /** Others see who is here, at most every five seconds. */
  #tell() {
    if (Date.now() - this.#told < AGAIN) return;
    this.#told = Date.now();
    ask(this.#mid, 'minutes.editing', { key: this.key }).catch(() => null);
  }

  /** Sends what is typed; what cannot be saved stays here and is sent again. */
  save() {
    return this.#saving ??= this.#save().finally(() => { this.#saving = null; });
  }

  async #save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const text = this.#field?.value ?? '';
    if (!this.isDirty || this.#stale) return;
    this.#note(word('saving'));
    let answer = null;
    try { answer = await ask(this.#mid, 'minutes.save', { key: this.key, text, rev: this.rev }); } catch { answer = null; }
    if (answer?.ok) this.#accepted(text, answer);
    else if (answer?.code === 'minutes.stale') this.#compare(answer.data, answer.msg);
    else {
      this.#note(answer?.msg ?? word('unsent'), true);
      this.#timer = setTimeout(() => this.save(), AGAIN);
    }
  }

  #accepted(text, { rev, at }) {
    this.rev = rev;
    this.#saved = text;
    this.#root.dataset.rev = rev;
    this.#note(word('saved', { at: clock(at) }));
    if (this.#field.value === text) localStorage.removeItem(this.#keep);
    else this.#typed();
  }

  #note(text, isBad = false) {
    const note = this.#root.querySelector('[data-saved]');
    note.textContent = text;
    note.classList.toggle('bad', isBad);
  }

  /** Both texts side by side until the writer has chosen. */
  #compare(theirs, why) {
    this.#stale?.remove();
    const shape = document.getElementById('mn-stale').content.firstElementChild.cloneNode(true);
    shape.querySelector('[data-stale-words]').textContent = why;
    shape.querySelector('[data-stale-by]').textContent = theirs.by ? word('theirs', { name: theirs.by }) : word('server');
    shape.querySelector('[data-theirs]').textContent = theirs.text;
    shape.querySelector('[data-mine]').textContent = this.#field.value;
    shape.addEventListener('click', ({ target }) => {
      const take = target.closest('[data-take]')?.dataset.take;
      if (take) this.#take(take, theirs, shape);
    });
    this.#stale = shape;
    this.#note('');
    this.#field.after(shape);
  }

  /** What was chosen stands; what was given up is kept on the server first, under the other's. */
  async #take(which, theirs, shape) {
    const mine = this.#field.value;
    let { cur } = theirs, at = null;
    if (which === 'theirs') {
      for (const one of shape.querySelectorAll('button')) one.disabled = true;
      const answer = await ask(this.#mid, 'minutes.aside', { key: this.key, text: mine }).catch(() => null);
      for (const one of shape.querySelectorAll('button')) one.disabled = false;
      if (!answer?.ok) { this.#note(answer?.msg ?? word('unsent'), true); return; }
      ({ rev: cur, at } = answer);
    }
    this.#field.value = { theirs: theirs.text, mine, both: [theirs.text, mine].filter(Boolean).join('\n') }[which];
    this.rev = cur;
    this.#root.dataset.rev = cur;
    this.#saved = theirs.text;
    shape.remove();
    this.#stale = null;
    this.#field.focus();
    this.#typed();
    this.save();
    if (which === 'theirs') { this.#note(word('saved', { at: clock(at) })); localStorage.removeItem(this.#keep); }
  }

  /** Another one's text came: taken over where nothing is half typed here. */
  refresh(fresh) {
    const rev = Number(fresh.dataset.rev);
    if (rev <= this.rev || this.#saving || this.isDirty) return;
    this.rev = rev;
    this.#root.dataset.rev = rev;
    if (this.#field) {
      this.#field.value = this.#saved = fresh.querySelector('[data-ed]')?.value ?? '';
      this.grow();
    } else this.#root.querySelector('[data-text]').replaceWith(fresh.querySelector('[data-text]'));
    this.#note(fresh.querySelector('[data-saved]').textContent);
  }

  /** @param {string} name who is at this block now; empty: nobody else */
  at(name) {
    const who = this.#root.querySelector('[data-who]');
    who.textContent = name ? word('editing', { name }) : '';
    clearTimeout(this.leaving);
    if (name) this.leaving = setTimeout(() => this.at(''), 10_000);
  }

  #insert(select) {
    const { value } = select;
    select.value = '';
    if (!value) return;
    const at = this.#field.selectionEnd ?? this.#field.value.length;
    const gap = at && !/\s$/.test(this.#field.value.slice(0, at)) ? ' ' : '';
    this.#field.setRangeText(gap + value, at, at, 'end');
    this.#field.focus();
    this.#typed();
  }

  /** As high as its words are, where it is in sight. */
  grow() {
    if (!this.#field?.offsetParent) return;
    this.#field.style.height = 'auto';
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }
}
