/** The sheet on which a vote is written: question, way of voting, options, rule in plain words, time. */
import { ask } from '@lib/dialogs.js';
import { all, el, find, word } from './page.js';
import { VoteProxies } from './vote-proxies.js';
import { ruleWords } from './vote-words.js';

/** Rules offered beside the body's own: base, num, den, strict. */
const offered = [['members', 1, 2, true], ['present', 1, 2, true], ['valid', 1, 2, true], ['members', 2, 3, false], ['members', 3, 4, false], ['present', 2, 3, false]];
const relative = ['cast', 0, 1, true];
const named = new Set(['open', 'roll']);

export class VoteForm {
  #line; #press; #form = find('[data-vote-edit]'); #editing = null; #saved; #proxies;

  /** @param {(id: number) => void} saved told which vote was written */
  constructor(line, press, saved) {
    this.#saved = saved;
    this.#line = line;
    this.#press = press;
    this.#proxies = new VoteProxies(line);
    for (const one of all('[data-mode-word]')) one.textContent = word(`mode-${one.dataset.modeWord}`);
    for (const one of all('[data-method-word]')) one.textContent = word(`method-${one.dataset.methodWord}`);
    this.#form.addEventListener('change', (event) => { if (event.target.name === 'method') this.#rules(); this.#shape(); });
    this.#form.addEventListener('submit', (event) => { event.preventDefault(); this.#save(); });
    find('[data-vote-drop]').addEventListener('click', () => this.#drop());
  }

  /** Opens it on a prepared vote, or on a new one about the item on the floor. */
  open(vote = null) {
    const { state } = this.#line;
    const form = this.#form;
    form.reset();
    this.#editing = vote;
    const item = state.items.find((one) => one.id === state.cur?.item) ?? state.items.find((one) => one.st === 'planned') ?? state.items[0];
    this.item = vote?.item ?? item?.id;
    form.q.value = vote?.q ?? (item ? word('vp-question', { title: item.t }) : '');
    form.mode.value = vote?.mode ?? 'open';
    form.method.value = vote?.method ?? 'three';
    this.#seconds(vote?.secs ?? null);
    form.opts.value = vote && vote.method !== 'three' ? vote.opts.map((one) => one.t).join('\n') : '';
    form.max.value = String(vote?.max && vote.max > 1 ? vote.max : 2);
    form.show_count.checked = Boolean(vote?.show_count);
    find('[data-vote-drop]').hidden = !vote;
    this.#fault('');
    this.#rules(vote?.rule);
    this.#proxies.open(vote);
    this.#shape();
    form.closest('dialog').showModal();
    form.q.focus();
  }

  /** What the body's rules ask for in a vote of the method that is chosen. */
  get #own() { return this.#line.state.body?.needs?.[this.#form.method.value] ?? { base: 'members', num: 1, den: 2, strict: true }; }

  #seconds(secs) {
    const { secs: field } = this.#form;
    if (secs && ![...field.options].some((one) => one.value === String(secs))) field.append(el('option', { value: secs }, word('minutes', { n: Math.round(secs / 6) / 10 })));
    field.value = secs ? String(secs) : '';
  }

  #rules(kept) {
    const { rule, method } = this.#form;
    const known = rule.value;
    const option = (value, text) => el('option', { value }, text);
    const rows = method.value === 'single' || method.value === 'many' ? [relative, ...offered] : offered;
    const said = ([base, num, den, strict]) => (num ? ruleWords({ base, num, den, strict }, method.value) : word('rule-most'));
    rule.replaceChildren(option('', word('rule-office', { rule: ruleWords(this.#own, method.value).toLocaleLowerCase('vi') })), ...rows.map((one) => option(one.join(), said(one))));
    if (kept) {
      const value = [kept.base, kept.num, kept.den, kept.strict].join();
      if (![...rule.options].some((one) => one.value === value)) rule.append(option(value, ruleWords(kept, method.value)));
      rule.value = value;
    } else rule.value = [...rule.options].some((one) => one.value === known) ? known : '';
  }

  #rule() {
    const [base, num, den, strict] = this.#form.rule.value.split(',');
    return base ? { base, num: Number(num), den: Number(den), strict: strict === 'true' } : null;
  }

  #shape() {
    const form = this.#form;
    const method = form.method.value;
    find('[data-vote-options]').hidden = method === 'three';
    find('[data-vote-list]').textContent = word(method === 'confidence' ? 'vp-people' : 'vp-list');
    find('[data-vote-most]').hidden = method !== 'many';
    form.rule.closest('.f').hidden = method === 'confidence';
    find('[data-vote-rule-words]').textContent = method === 'confidence' ? word('rule-none') : ruleWords(this.#rule() ?? this.#own, method, this.#line.state.att);
  }

  #fault(text, field) {
    const line = find('[data-vote-fault]');
    line.textContent = text;
    line.hidden = !text;
    for (const one of this.#form.querySelectorAll('[aria-invalid]')) one.removeAttribute('aria-invalid');
    if (field) { field.setAttribute('aria-invalid', 'true'); field.focus(); }
  }

  async #save() {
    const form = this.#form;
    const q = form.q.value.trim();
    const method = form.method.value;
    const mode = form.mode.value;
    const opts = form.opts.value.split('\n').map((one) => one.trim()).filter(Boolean);
    if (!q) return this.#fault(word('vp-blank'), form.q);
    if (method !== 'three' && opts.length < (method === 'confidence' ? 1 : 2)) return this.#fault(word(method === 'confidence' ? 'vp-nobody' : 'vp-options'), form.opts);
    const proxies = this.#proxies.read();
    if (proxies === null) { this.#fault(word('proxy-bad')); this.#proxies.focus(); return null; }
    const d = { q, mode, method, show_count: form.show_count.checked };
    if (proxies) d.proxies = proxies;
    if (form.secs.value) d.secs = Number(form.secs.value);
    if (method !== 'three') d.opts = opts;
    if (method === 'many') d.max = Number(form.max.value) || 1;
    const rule = method === 'confidence' ? null : this.#rule();
    if (rule) d.rule = { ...rule, tie: named.has(mode) ? this.#editing?.rule?.tie ?? this.#line.state.body?.tie ?? 'fail' : 'revote' };
    const answer = await this.#press(this.#editing ? 'vote.edit' : 'vote.prepare', this.#editing ? { id: this.#editing.id, ...d } : { item: this.item, ...d });
    if (answer?.ok) {
      form.closest('dialog').close();
      this.#saved(this.#editing?.id ?? answer.id);
    } else if (answer) this.#fault(answer.msg ?? word('unreached'));
    return null;
  }

  async #drop() {
    const vote = this.#editing;
    this.#form.closest('dialog').close();
    if (await ask(word('drop-q'), { bad: true })) await this.#press('vote.drop', { id: vote.id });
  }
}
