/** The list of one's marks on the paper that is open, sharing them, and taking them along as a file. */
import { signIn } from '@lib/api.js';
import { toast } from '@lib/toast.js';
import { all, el, find, icon, word } from './page.js';

const icons = { highlight: 'highlight', underline: 'underline', strike: 'strikethrough', note: 'note', text: 'typography', arrow: 'arrow-up-right', box: 'square', bookmark: 'bookmark', ink: 'pencil' };
const SHOWN = 160;

export class MarkList {
  #notes; #reader; #follow; #line; #mid; #acts; #dialog = find('#mark-list'); #sharing = find('#mark-share'); #marks = []; #isTaking = false;

  constructor(notes, { reader, follow, line, mid, ...acts }) {
    [this.#notes, this.#reader, this.#follow, this.#line, this.#mid, this.#acts] = [notes, reader, follow, line, mid, acts];
    for (const name of ['change', 'shown']) notes.ink.addEventListener(name, () => { if (this.#dialog.open) this.#draw(); });
    this.#dialog.querySelector('[data-mark-add]').addEventListener('click', () => { this.#dialog.close(); this.#acts.add(); });
    this.#dialog.querySelector('[data-mark-share-page]').addEventListener('click', () => this.share(this.#own().filter((one) => one.page === this.#reader.page)));
    this.#dialog.querySelector('[data-marks-tray]').addEventListener('click', () => { this.#dialog.close(); find('[data-tray-open]').click(); });
    this.#dialog.querySelector('[data-marks-again]').addEventListener('click', async () => { await notes.again(); this.#draw(); });
    notes.addEventListener('tray', () => { if (this.#dialog.open) this.#draw(); });
    for (const radio of this.#dialog.querySelectorAll('[name=which]')) radio.addEventListener('change', () => this.#takes());
    for (const button of all('[data-export]')) button.addEventListener('click', () => this.#take(button));
    this.#sharing.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); this.#send(); });
    for (const radio of this.#sharing.querySelectorAll('[name=whom]')) radio.addEventListener('change', () => this.#whom());
  }

  open() {
    this.#draw();
    this.#dialog.showModal();
  }

  #of(marks) { return marks.filter((one) => one.file === this.#follow.version).sort((a, b) => a.page - b.page); }
  #own() { return this.#of(this.#notes.ink.own).filter((one) => !one.layer); }

  #draw() {
    const { ink } = this.#notes;
    const parts = { own: this.#own(), shared: this.#of(ink.own).filter((one) => one.layer), theirs: this.#of(ink.shared) };
    for (const [name, marks] of Object.entries(parts)) {
      const box = this.#dialog.querySelector(`[data-marks="${name}"]`);
      box.hidden = name !== 'own' && !marks.length;
      box.querySelector('ul').replaceChildren(...this.#rows(marks, name));
    }
    const { tray, refused } = this.#notes;
    const left = this.#dialog.querySelector('[data-marks-refused]');
    left.hidden = refused === 0;
    left.querySelector('span').textContent = word('ink-refused', { n: refused });
    this.#dialog.querySelector('[data-marks-none]').hidden = parts.own.length > 0 || tray > 0;
    const wait = this.#dialog.querySelector('[data-marks-tray]');
    wait.hidden = tray === 0;
    wait.querySelector('span').textContent = word('tray-n', { n: tray });
    this.#takes();
    this.#dialog.querySelector('[data-mark-share-page]').disabled = !parts.own.some((one) => one.page === this.#reader.page);
  }

  /** A file is offered where there are marks to put into it. */
  #takes() {
    const which = this.#dialog.querySelector('[name=which]:checked')?.value;
    if (!which) return;
    const mine = this.#of(this.#notes.ink.own), theirs = this.#of(this.#notes.ink.shared);
    const n = { mine: this.#own().length, shared: theirs.length + mine.filter((one) => one.layer).length, both: theirs.length + mine.length }[which];
    for (const one of all('[data-export]')) one.disabled = n === 0 || this.#isTaking;
  }

  /** Strokes of a page are one row; everything else has its own. */
  #rows(marks, name) {
    const strokes = new Map();
    const rows = [];
    for (const one of marks) {
      const kind = one.kind ?? 'ink';
      if (kind === 'ink') {
        const key = `${one.page} ${one.by ?? ''} ${one.layer ?? ''}`;
        if (strokes.has(key)) { strokes.get(key).push(one); continue; }
        strokes.set(key, [one]);
        rows.push([one, () => word('mark-strokes', { n: strokes.get(key).length }), () => strokes.get(key)]);
        continue;
      }
      rows.push([one, () => one.d.text ?? one.d.quote ?? one.d.label ?? word(`mark-kind-${kind}`), () => [one]]);
      (one.others ?? []).forEach(({ text }) => rows.push([one, () => `${word('mark-copy')}: ${text}`, () => [one]]));
    }
    return rows.map(([one, said, held]) => this.#row(one, said(), held(), name));
  }

  #row(one, said, held, name) {
    const jump = () => { this.#dialog.close(); this.#reader.go(one.page); if (one.kind === 'note') this.#acts.edit(one); };
    const kind = one.kind ?? 'ink';
    const line = el('button', { class: 'm-go', type: 'button', on: { click: jump } },
      icon(icons[kind]), el('span', {}, el('small', { class: 'num' }, `${word('mark-page', { page: one.page })} · ${one.n ?? word(`mark-kind-${kind}`)}`), el('b', {}, said.slice(0, SHOWN))));
    const acts = [];
    if (name === 'own' && kind !== 'bookmark') acts.push(['share', 'mark-do-share', () => this.share(held)]);
    if (name !== 'theirs') acts.push(['trash', name === 'own' ? 'mark-do-erase' : 'mark-do-unshare', () => this.#notes.ink.erase(held)]);
    return el('li', {}, line, ...acts.map(([shape, key, run]) => el('button', { class: 'b g q', type: 'button', 'aria-label': `${word(key)}: ${said.slice(0, 40)}`, title: word(key), on: { click: run } }, icon(shape))));
  }

  // --- sharing ---

  /** Asks with whom; what is shared is a copy, the private mark stays. */
  share(marks) {
    this.#marks = marks.filter((one) => !one.by && !one.layer && one.kind !== 'bookmark');
    if (!this.#marks.length) return;
    this.#sharing.querySelector('[data-share-n]').textContent = word('mark-share-n', { n: this.#marks.length });
    const me = this.#line.me.p;
    this.#sharing.querySelector('[data-share-people]').replaceChildren(...this.#line.state.people.filter((one) => one.p !== me).map((one) =>
      el('label', { class: 'o-opt' }, el('input', { type: 'checkbox', name: 'p', value: String(one.p) }), el('span', {}, one.n))));
    this.#whom();
    this.#sharing.showModal();
  }

  #whom() { this.#sharing.querySelector('[data-share-people]').hidden = this.#sharing.querySelector('[name=whom]:checked').value !== 'group'; }

  #send() {
    const form = new FormData(this.#sharing.querySelector('form'));
    const layer = form.get('whom'), people = layer === 'group' ? form.getAll('p').map(Number) : [];
    if (layer === 'group' && !people.length) { toast(word('mark-share-none'), { tone: 'warn' }); return; }
    this.#notes.ink.act({ add: this.#marks.map((one) => ({ ...one, layer, people, source: one.id, past: undefined, others: undefined })) });
    this.#sharing.close();
    toast(word('mark-shared', { n: this.#marks.length }), { tone: 'ok' });
  }

  // --- as a file ---

  async #take(button) {
    const which = this.#dialog.querySelector('[name=which]:checked').value;
    const status = this.#dialog.querySelector('[data-export-state]');
    if (document.body.dataset.unsent !== '0') await this.#notes.sync();
    this.#isTaking = true;
    this.#takes();
    status.hidden = false;
    try {
      const response = await fetch(`/api/v1/meetings/${this.#mid}/papers/${this.#follow.file}/marks.${button.dataset.export}?which=${which}`, { headers: { Accept: 'application/json' } });
      if (response.status === 401) { signIn(response); return; }
      if (!response.ok) { toast((await response.json().catch(() => null))?.msg ?? word('unreached'), { tone: 'bad' }); return; }
      const url = URL.createObjectURL(await response.blob());
      const name = decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? `ghi-chu.${button.dataset.export.split('.').at(-1)}`);
      const link = el('a', { href: url, download: name });
      document.body.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(url), 60000);
    } catch { toast(word('unreached'), { tone: 'warn' }); } finally {
      this.#isTaking = false;
      this.#takes();
      status.hidden = true;
    }
  }
}
