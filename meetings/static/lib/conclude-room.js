/** Concluding in the room: fetched with the first press, dialog and words with it. */
import { toast } from '@lib/toast.js';
import { Concluding, ask } from './concluding.js';

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
  #mid; #dialog = null; #form = null; #timer = 0;

  constructor(mid) { this.#mid = mid; }

  async open() {
    if (document.querySelector('dialog[open]')) return;
    const page = await this.#fetch();
    this.#dialog?.remove();
    this.#dialog = page.getElementById('conclude');
    document.body.append(this.#dialog);
    const field = this.#dialog.querySelector('[data-sentence]');
    this.#form = new Concluding(this.#dialog.querySelector('[data-pop]'), this.#mid, (text) => { if (field.value.trim() === text) { field.value = ''; field.focus(); } this.#again(); });
    field.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#read(), PAUSE);
    });
    this.#dialog.querySelector('[data-item]').addEventListener('change', () => this.#read());
    this.#dialog.addEventListener('click', (event) => this.#confirm(event.target.closest('[data-confirm-id]')));
    this.#dialog.querySelector('[data-close]').addEventListener('click', () => this.#dialog.close());
    this.#dialog.showModal();
    field.focus();
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
