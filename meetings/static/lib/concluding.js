/**
 * From a sentence to a conclusion or a task: the server reads lead and deadline from the words; what may be read in two
 * ways is asked, and nothing that is in doubt is chosen beforehand. Used by the minutes and by the room.
 */
import { api } from '@lib/api.js';
import { toast } from '@lib/toast.js';

const day = (iso) => iso.split('-').reverse().join('/');
const iso = (typed) => { const [d, m, y] = typed.split('/'); return y ? `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}` : ''; };

/** One command over HTTP; a refusal is an answer too. */
export async function ask(mid, t, d = {}) {
  return api(`/api/v1/meetings/${mid}/commands`, { cid: crypto.randomUUID(), t, d: { mid, ...d } });
}

/** The sentence around a place of a text: [start, end]. */
export function sentenceAt(text, at) {
  const before = text.slice(0, at);
  const start = Math.max(before.lastIndexOf('\n') + 1, ...[...before.matchAll(/[.!?…;](?=\s+\p{Lu})\s*/gu)].map((one) => one.index + one[0].length), 0);
  const after = text.slice(at).search(/[.!?…;](?=\s+\p{Lu}|\s*$|\s*\n)|\n/u);
  let end = after < 0 ? text.length : at + after;
  if (text[end] && text[end] !== '\n') end += 1;
  return [start, end];
}

export class Concluding {
  #form; #mid; #done; #said = null; #asked = 0; #cid = '';

  /** @param {HTMLFormElement} form the part [data-pop] @param {(text: string) => void} done told what was written down */
  constructor(form, mid, done) {
    this.#form = form;
    this.#mid = mid;
    this.#done = done;
    this.#part('lead').addEventListener('change', () => this.#judge());
    this.#part('due').addEventListener('input', () => this.#judge());
    this.#part('chips').addEventListener('click', (event) => this.#choose(event.target.closest('button')));
    this.#part('keep').addEventListener('click', () => this.send(false));
    form.addEventListener('submit', (event) => { event.preventDefault(); this.send(true); });
  }

  get form() { return this.#form; }
  get said() { return this.#said; }

  #part(name) { return this.#form.querySelector(`[data-pop-${name}]`); }
  #word(name, data = {}) {
    const text = this.#form.querySelector('[data-pop-words]').content.querySelector(`[data-w="${name}"]`)?.textContent ?? '';
    return text.replace(/\{(\w+)\}/g, (whole, key) => data[key] ?? whole);
  }

  /** @param {{text: string, item?: number|null, block?: string, rev?: number}} said */
  async show(said) {
    const asked = this.#asked += 1;
    let found;
    try { found = await ask(this.#mid, 'conclusion.read', { text: said.text, item: said.item ?? null }); } catch { found = null; }
    if (asked !== this.#asked) return;
    if (!found?.ok) { if (found) toast(found.msg, { tone: 'warn' }); return; }
    this.#said = { ...said, found };
    this.#cid = crypto.randomUUID();
    this.#part('text').textContent = said.text;
    this.#part('lead').value = found.lead_sure ? found.leads[0].key : '';
    this.#part('due').value = found.due_sure ? day(found.dues[0]) : '';
    this.#part('urgent').checked = found.urgent;
    const co = this.#part('co');
    co.hidden = !found.co.length;
    co.textContent = this.#word('co', { names: found.co.map((one) => one.name).join(', ') });
    this.#drawDoubts(found);
    this.#form.hidden = false;
    this.#judge();
  }

  hide() { this.#form.hidden = true; this.#said = null; this.#asked += 1; }

  /** What must be asked, each possibility a button. */
  #drawDoubts(found) {
    const leads = found.lead_sure ? [] : found.leads.map((one) => ['lead', one.key, one.name]);
    const owner = this.#part('lead').querySelector(`option[value="${CSS.escape(found.owner ?? '')}"]`);
    if (!found.leads.length && found.owner && owner) leads.push(['lead', found.owner, `${owner.textContent} (${this.#word('owner')})`]);
    const dues = found.due_sure ? [] : found.dues.map((one) => ['due', day(one), day(one)]);
    if (dues.length || found.due_why) dues.push(['due', '', this.#word('no-due')]);
    const said = [];
    if (found.leads.length > 1 || (found.leads.length && !found.lead_sure)) said.push(this.#word('two-leads'));
    else if (!found.leads.length) said.push(this.#word('no-lead'));
    if (found.due_why) said.push(found.due_why, this.#word('open-due'));
    if (found.asks.includes('co')) said.push(this.#word('open-co'));
    this.#part('doubt').textContent = said.join(' ');
    const chips = this.#part('chips');
    chips.hidden = !(leads.length || dues.length);
    chips.replaceChildren(...[...leads, ...dues].map(([of, value, text]) => {
      const button = document.createElement('button');
      Object.assign(button, { type: 'button', className: `b${of === 'due' ? ' num' : ''}`, textContent: text });
      Object.assign(button.dataset, { of, value });
      button.setAttribute('aria-pressed', 'false');
      return button;
    }));
  }

  #choose(button) {
    if (!button) return;
    this.#part(button.dataset.of).value = button.dataset.value;
    for (const one of this.#part('chips').querySelectorAll(`[data-of="${button.dataset.of}"]`)) one.setAttribute('aria-pressed', String(one === button));
    this.#judge();
  }

  /** Work can be given once there is a lead and no deadline is in doubt. */
  #judge() {
    const { found } = this.#said ?? {};
    const chosen = this.#part('chips').querySelector('[data-of="due"][aria-pressed="true"]');
    const isOpen = found?.due_why && !chosen && !iso(this.#part('due').value);
    this.#part('give').disabled = !this.#part('lead').value || Boolean(isOpen);
  }

  /** @param {boolean} isTask a task, or a conclusion alone */
  async send(isTask) {
    const said = this.#said;
    if (!said || this.#form.getAttribute('aria-busy') === 'true' || (isTask && this.#part('give').disabled)) return;
    this.#form.setAttribute('aria-busy', 'true');
    const lead = this.#part('lead').value || null;
    const due = iso(this.#part('due').value) || null;
    const d = { mid: this.#mid, text: said.text, kind: isTask ? 'task' : lead || due ? 'direction' : 'conclusion', item: said.item ?? null, lead, due, co: said.found.co.map((one) => one.key).filter((key) => key !== lead), urgent: this.#part('urgent').checked, block: said.block ?? null, rev: said.rev ?? null };
    let answer = null;
    try { answer = await api(`/api/v1/meetings/${this.#mid}/commands`, { cid: this.#cid, t: 'conclusion.give', d }); } catch { answer = null; }
    this.#form.removeAttribute('aria-busy');
    if (!answer?.ok) { toast(answer?.msg ?? this.#word('unreached'), { tone: answer ? 'warn' : 'bad' }); return; }
    toast(this.#word(answer.task ? 'given' : isTask ? 'waits' : 'kept'), { tone: 'ok', href: answer.task ? `/tasks/${answer.task}` : undefined, word: this.#word('task') });
    if (this.#said === said) this.hide();
    this.#done(said.text);
  }
}
