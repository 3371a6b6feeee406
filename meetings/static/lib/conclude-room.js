/** Concluding in the room: fetched with the first press, dialog and words with it. */
import { toast } from '@lib/toast.js';
import { Concluding, ask } from './concluding.js';
import { Drafts } from './drafts.js';

const PAUSE = 500;

/** The chair's press beside a conclusion; false when there was nothing to press. */
export async function confirmed(mid, button) {
  if (!button || button.disabled) return false;
  button.disabled = true;
  const answer = await ask(mid, 'conclusion.confirm', { id: Number(button.dataset.confirmId), version: Number(button.dataset.version) }).catch(() => null);
  if (answer && !answer.ok) toast(answer.msg, { tone: 'warn' });
  button.disabled = false;
  return true;
}

export class ConcludeRoom {
  #mid; #drafts; #dialog = null; #form = null; #timer = 0;

  constructor(mid, user) {
    this.#mid = mid;
    this.#drafts = new Drafts(user, mid, 'concluding');
    const away = document.querySelector('#conclude-away textarea');
    away.addEventListener('input', () => this.#note(away.value));
  }

  /** What is typed waits on the device until it was written down: the network may fail, or the page go. */
  #note(words) {
    if (words.trim()) this.#drafts.set('', words);
    else this.#drafts.delete('');
  }

  async open() {
    if (document.querySelector('dialog[open]')) return;
    const [page] = await Promise.all([this.#fetch().catch(() => null), this.#drafts.come]);
    const words = this.#drafts.get('') ?? '';
    if (!page) {
      const away = document.getElementById('conclude-away');
      away.querySelector('textarea').value = words;
      away.showModal();
      return;
    }
    this.#dialog?.remove();
    this.#dialog = page.getElementById('conclude');
    document.body.append(this.#dialog);
    const field = this.#dialog.querySelector('[data-sentence]');
    field.value = words;
    this.#form = new Concluding(this.#dialog.querySelector('[data-pop]'), this.#mid, (text) => {
      if (field.value.trim() === text) { field.value = ''; this.#note(''); field.focus(); }
      this.#again();
    });
    field.addEventListener('input', () => {
      this.#note(field.value);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#read(), PAUSE);
    });
    this.#dialog.querySelector('[data-item]').addEventListener('change', () => this.#read());
    this.#dialog.addEventListener('click', (event) => this.#confirm(event.target.closest('[data-confirm-id]')));
    this.#dialog.querySelector('[data-close]').addEventListener('click', () => this.#dialog.close());
    this.#dialog.showModal();
    field.focus();
    if (words) this.#read();
  }

  async #fetch() {
    const answer = await fetch(`/meetings/${this.#mid}/conclusions/panel`, { headers: { 'Office-Refresh': '1' } });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  }

  #read() {
    const text = this.#dialog.querySelector('[data-sentence]').value.trim();
    if (text.length < 8) { this.#form.hide(); return; }
    this.#form.show({ text, item: Number(this.#dialog.querySelector('[data-item]').value) || null });
  }

  async #again() {
    const page = await this.#fetch().catch(() => null);
    const fresh = page?.querySelector('[data-list]');
    if (fresh) this.#dialog.querySelector('[data-list]').replaceWith(fresh);
  }

  async #confirm(button) {
    if (await confirmed(this.#mid, button)) await this.#again();
  }
}
