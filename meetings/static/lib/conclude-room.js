/** Concluding in the room: fetched with the first press, words and form with it; in its tab where there is one, else in a dialog. */
import { toast } from '@lib/toast.js';
import { Concluding, ask } from './concluding.js';
import { Drafts } from './drafts.js';

const PAUSE = 500;
/** Several changes by others are read once (ms). */
const CALM = 200;

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
  #mid; #drafts; #root = null; #form = null; #timer = 0; #reading = null;

  constructor(line) {
    this.#mid = line.state.mid;
    this.#drafts = new Drafts(line.me.p, this.#mid, 'concluding');
    const away = document.querySelector('#conclude-away textarea');
    away.addEventListener('input', () => this.#note(away.value));
    line.addEventListener('minutes', ({ detail }) => {
      if (!this.#root?.isConnected || detail.key.startsWith('editing:')) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#again(), CALM);
    });
  }

  get #field() { return this.#root.querySelector('[data-sentence]'); }

  /** What is typed waits on the device until it was written down: the network may fail, or the page go. */
  #note(words) {
    if (words.trim()) this.#drafts.set('', words);
    else this.#drafts.delete('');
  }

  /** A conclusion is wanted: in the tab's panel, or over the page where there is no tab. */
  async open(panel) {
    if (document.querySelector('dialog[open]')) return;
    const page = panel ? await this.show(panel) : await this.#fetch().catch(() => null);
    await this.#drafts.come;
    if (!page) {
      const away = document.getElementById('conclude-away');
      away.querySelector('textarea').value = this.#drafts.get('') ?? '';
      away.showModal();
      return;
    }
    if (!panel) {
      document.getElementById('conclude')?.remove();
      const dialog = page.getElementById('conclude');
      document.body.append(dialog);
      this.#fill(dialog);
      dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
      dialog.showModal();
    }
    this.#field.focus();
  }

  /**
   * The tab came forward: it is filled, unless something is half written there.
   * @returns {Promise<object|null>} null when the network did not bring it
   */
  show(panel) {
    return this.#reading ??= this.#show(panel).finally(() => { this.#reading = null; });
  }

  async #show(panel) {
    const page = await this.#fetch().catch(() => null);
    await this.#drafts.come;
    if (!page) return null;
    const isHere = this.#root === panel;
    if (isHere && (this.#field.value.trim() || panel.contains(document.activeElement))) this.#fresh(page);
    else {
      panel.querySelector('.card').replaceChildren(...page.querySelectorAll('#conclude>link, #conclude>.mn-room'));
      this.#fill(panel);
    }
    return page;
  }

  #fill(root) {
    const isNew = this.#root !== root;
    this.#root = root;
    const field = this.#field;
    field.value = this.#drafts.get('') ?? '';
    this.#form = new Concluding(root.querySelector('[data-pop]'), this.#mid, (text) => {
      if (field.value.trim() === text) { field.value = ''; this.#note(''); field.focus(); }
      this.#again();
    });
    let timer = 0;
    field.addEventListener('input', () => {
      this.#note(field.value);
      clearTimeout(timer);
      timer = setTimeout(() => this.#read(), PAUSE);
    });
    root.querySelector('[data-item]').addEventListener('change', () => this.#read());
    if (isNew) root.addEventListener('click', (event) => this.#confirm(event.target.closest('[data-confirm-id]')));
    if (field.value) this.#read();
  }

  async #fetch() {
    const answer = await fetch(`/meetings/${this.#mid}/conclusions/panel`, { headers: { 'Office-Refresh': '1' } });
    if (!answer.ok) throw new Error(String(answer.status));
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  }

  #read() {
    const text = this.#field.value.trim();
    if (text.length < 8) { this.#form.hide(); return; }
    this.#form.show({ text, item: Number(this.#root.querySelector('[data-item]').value) || null });
  }

  #fresh(page) {
    const [was, is] = [this.#root.querySelector('[data-list]'), page.querySelector('[data-list]')];
    if (is && is.innerHTML !== was.innerHTML) was.replaceWith(is);
  }

  async #again() {
    const page = await this.#fetch().catch(() => null);
    if (page) this.#fresh(page);
  }

  async #confirm(button) {
    if (await confirmed(this.#mid, button)) await this.#again();
  }
}
