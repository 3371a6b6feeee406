/**
 * Marks that are no ink, and what is done with any of them: marks of text, notes, text boxes, shapes, choosing and moving,
 * the list, sharing, export. Fetched with its style when there is such a mark or its tools are wanted.
 */
import { merged, separate } from '@lib/ink-notes.js';
import { onPage, onScreen } from '@lib/ink-place.js';
import { toast } from '@lib/toast.js';
import { Drafts } from './drafts.js';
import { later } from './later.js';
import { bounds, draw, touches, UNIT } from './marks-draw.js';
import { Live } from './marks-live.js';
import { markSelection, tools } from './marks-tools.js';
import { selected, words } from './marks-words.js';
import { all, el, find, icon, word } from './page.js';

const NAMED = 60;
/** A page measured in parts of a hundred. */
const whole = { left: 0, top: 0, width: 100, height: 100 };
/** Where words that were not kept wait: with their mark, or, for a new one, with its kind and page. */
const draftOf = (mark) => mark.id ?? `${mark.kind} ${mark.file} ${mark.page}`;
const ofText = new Set(['highlight', 'underline', 'strike']);

export class Annotator {
  #notes; #reader; #follow; #panel = find('#ink-panel'); #bar = find('[data-chosen]'); #dialog = find('#mark-words'); #mark = null; #drafts; #chosen = null; #list; #live;

  constructor(notes, { reader, follow, line, mid }) {
    [this.#notes, this.#reader, this.#follow] = [notes, reader, follow];
    this.#drafts = new Drafts(line.me.p, mid);
    document.head.append(el('link', { rel: 'stylesheet', href: this.#panel.dataset.style }));
    const { hand, ink } = notes;
    ink.merged = merged;
    hand.draw = draw;
    hand.touches = (...near) => touches(hand.near, ...near);
    hand.tools = tools(notes, {
      // After the click that ends the gesture: it would close what it opened.
      words: (mark) => setTimeout(() => this.#write(mark)),
      chosen: { on: (layer, at) => this.#held(layer, at), set: (layer, marks) => this.#choose(layer, marks) },
    });
    this.#live = new Live(notes, { reader, follow, line });
    this.#list = later(async () => new (await import('./marks-list.js')).MarkList(notes, { reader, follow, line, mid, edit: (mark) => this.#open(mark), share: (marks) => this.share(marks), add: () => this.#addHere() }));
    reader.decorate((_host, _viewport, page) => this.#pins(page));
    reader.addEventListener('page', () => this.#drop());
    for (const name of ['change', 'shown']) ink.addEventListener(name, ({ detail }) => this.#renew(detail));
    notes.addEventListener('hand', () => this.#hand());
    this.#buttons();
    notes.redraw();
    this.#renew();
    this.#hand();
  }

  heard(d) { this.#live.heard(d); }

  /** The panel of all tools. */
  more() { this.#panel.togglePopover(); }

  async list() { (await this.#list())?.open(); }
  async share(marks) { (await this.#list())?.share(marks); }

  get #layer() { return this.#notes.layer(this.#reader.page); }

  /** Words that are selected already are marked at once. */
  markSelected(kind) {
    const list = this.#layer ? words(this.#layer) : [], range = selected(list);
    if (range) markSelection(this.#notes, this.#layer, kind, range, list);
    return Boolean(range);
  }

  #buttons() {
    for (const button of all('#ink-panel [data-tool]')) button.addEventListener('click', (event) => {
      this.#panel.hidePopover();
      // No tool is taken up for them.
      if (ofText.has(button.dataset.tool) && this.markSelected(button.dataset.tool)) event.stopImmediatePropagation();
    }, true);
    const act = (name, run) => find(`[data-ink-do="${name}"]`).addEventListener('click', () => { if (this.#panel.matches(':popover-open')) this.#panel.hidePopover(); run(); });
    act('bookmark', () => this.#bookmark());
    act('list', () => this.list());
    act('live', () => this.#live.toggle());
    act('live-keep', () => this.#live.keep());
    act('live-clear', () => this.#live.clear());
    act('chosen-share', () => { this.share(this.#chosen.marks); this.#drop(); });
    act('chosen-erase', () => { this.#notes.ink.erase(this.#chosen.marks); this.#drop(); });
    act('chosen-edit', () => { const [mark] = this.#chosen.marks; this.#drop(); this.#write(mark); });
    act('chosen-drop', () => this.#drop());
    this.#dialog.querySelector('form').addEventListener('submit', (event) => { event.preventDefault(); this.#keep(); });
    this.#dialog.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      this.#keep();
    });
    this.#dialog.addEventListener('close', () => this.#left());
    this.#dialog.addEventListener('input', () => this.#typed());
    this.#dialog.querySelector('[data-mark-erase]').addEventListener('click', () => { this.#notes.ink.erase([this.#mark]); this.#shut(); });
    this.#dialog.querySelector('[data-mark-share]').addEventListener('click', () => { const mark = this.#keep(); if (mark) this.share([mark]); });
    addEventListener('keydown', (event) => {
      if (!this.#chosen || event.target.closest('input, textarea, dialog')) return;
      if (event.key === 'Delete' || event.key === 'Backspace') { this.#notes.ink.erase(this.#chosen.marks); this.#drop(); } else if (event.key === 'Escape') this.#drop();
      else return;
      event.preventDefault();
    });
  }

  /** Which tool is in hand is seen on the button that opens the panel. */
  #hand() {
    const button = find('[data-ink-more]');
    const own = find(`#ink-panel [data-tool="${this.#notes.hand.tool}"]`);
    button.setAttribute('aria-pressed', String(Boolean(own)));
    const name = own ? `${button.dataset.name}: ${own.textContent.trim()}` : button.dataset.name;
    button.setAttribute('aria-label', name);
    button.title = name;
    if (this.#notes.hand.tool !== 'lasso') this.#drop();
  }

  // --- what is chosen ---

  #held(layer, [x, y]) {
    if (this.#chosen?.layer !== layer) return null;
    const [x0, y0, x1, y1] = bounds(this.#chosen.marks);
    const by = 6;
    return x / UNIT > x0 - by && x / UNIT < x1 + by && y / UNIT > y0 - by && y / UNIT < y1 + by ? this.#chosen.marks : null;
  }

  #choose(layer, marks) {
    this.#drop();
    if (!marks.length) return;
    this.#chosen = { layer, marks };
    for (const one of marks) layer.element(one.id)?.classList.add('m-held');
    this.#bar.querySelector('[data-chosen-word]').textContent = word('mark-chosen', { n: marks.length });
    find('[data-ink-do="chosen-edit"]').hidden = !(marks.length === 1 && marks[0].d?.text !== undefined);
    this.#bar.hidden = false;
  }

  #drop() {
    if (!this.#chosen) return;
    for (const one of this.#chosen.marks) this.#chosen.layer.element(one.id)?.classList.remove('m-held');
    this.#chosen = null;
    this.#bar.hidden = true;
  }

  // --- words of notes and text boxes ---

  #addHere() {
    const layer = this.#layer;
    if (!layer) return;
    const at = onPage(layer.view, whole, 90, 12);
    this.#write({ file: layer.file, page: layer.page, kind: 'note', d: { kind: 'note', rgb: 'ffd94a', at, text: '' } });
  }

  /** Opens a note or text box; a copy of a note becomes one of its own when it is opened. */
  #open(mark, copy = null) {
    if (copy === null || mark.by) { this.#write(mark); return; }
    const made = separate(this.#notes.ink, mark);
    this.#write(made[copy]);
  }

  async #write(mark) {
    await this.#drafts.come;
    this.#mark = mark;
    const field = this.#dialog.querySelector('textarea');
    const isNew = !mark.id, isMine = !mark.by;
    this.#dialog.querySelector('h2').textContent = word(mark.kind === 'text' ? 'mark-text' : mark.by ? 'mark-note-of' : 'mark-note', { name: mark.n ?? '' });
    const draft = this.#drafts.get(draftOf(mark));
    field.value = draft ?? mark.d.text;
    if (draft !== undefined) this.#dialog.querySelector('h2').textContent += ` (${word('mark-draft')})`;
    field.readOnly = !isMine;
    for (const [name, is] of [['erase', isMine && !isNew], ['share', isMine], ['keep', isMine]]) this.#dialog.querySelector(`[data-mark-${name}]`).hidden = !is;
    this.#dialog.showModal();
    field.focus();
  }

  /** Closes the dialog: what was written is kept, or is to go. */
  #shut() {
    this.#drafts.delete(draftOf(this.#mark));
    this.#mark = null;
    this.#dialog.close();
  }

  /** What is typed waits from now on: a page that goes takes no word along. */
  #typed() {
    const mark = this.#mark;
    if (!mark || mark.by) return false;
    const { value } = this.#dialog.querySelector('textarea');
    const isDraft = value !== mark.d.text && Boolean(value.trim() || mark.id);
    if (isDraft) this.#drafts.set(draftOf(mark), value);
    else this.#drafts.delete(draftOf(mark));
    return isDraft;
  }

  /** Closed before it was kept: the words wait for the next opening, those of a new mark for one on its page. */
  #left() {
    const isDraft = this.#typed();
    this.#mark = null;
    if (isDraft) toast(word('mark-drafted'));
  }

  /** @returns {object|null} the mark as it was kept, null for empty words */
  #keep() {
    const mark = this.#mark;
    if (!mark || mark.by) return null;
    const text = this.#dialog.querySelector('textarea').value.trim().normalize('NFC');
    const { ink } = this.#notes;
    this.#shut();
    const now = mark.id ? ink.get(mark.id) : null;
    if (!text) { if (now) ink.erase([now]); return null; }
    if (!mark.id) return ink.act({ add: [{ ...mark, d: { ...mark.d, text } }] })[0];
    // Taken away meanwhile on another device: what is written here stays, as a new mark.
    if (!now) return ink.act({ add: [{ ...mark, d: { ...mark.d, text }, past: undefined, others: undefined }] })[0];
    if (now.d.text !== text) ink.act({ set: [[now, { ...now, d: { ...now.d, text } }]] });
    return ink.get(mark.id);
  }

  #bookmark() {
    const layer = this.#layer;
    if (!layer) return;
    const { ink } = this.#notes;
    const held = ink.on(layer.file, layer.page).find((one) => one.kind === 'bookmark');
    if (held) ink.erase([held]);
    else ink.draw({ file: layer.file, page: layer.page, kind: 'bookmark', d: { kind: 'bookmark', label: word('mark-page', { page: layer.page }) } });
  }

  // --- what is a button over the page ---

  /** Ink alone, `done` by this hand, has no button. */
  #renew(done = null) {
    if (!done || [...done.add, ...done.del, ...done.set.flat()].some((one) => one.kind)) for (const page of this.#notes.pages) this.#pins(page);
    if (this.#chosen?.marks.some((one) => this.#notes.ink.get(one.id) !== one)) this.#drop();
  }

  #pins(page) {
    const layer = this.#notes.layer(page);
    if (!layer) return;
    const marks = this.#notes.ink.seen(layer.file, page);
    const parts = marks.filter((one) => one.kind === 'note').flatMap((one) => [this.#pin(layer, one), ...(one.others ?? []).map((_, n) => this.#pin(layer, one, n))]);
    const held = marks.find((one) => one.kind === 'bookmark' && !one.by);
    if (held) parts.push(el('span', { class: 'm-mark', role: 'img', 'aria-label': word('mark-bookmarked') }, icon('bookmark')));
    let box = layer.host.querySelector(':scope > .m-pins');
    if (!box && !parts.length) return;
    if (!box) layer.host.append((box = el('div', { class: 'm-pins' })));
    const focused = box.contains(document.activeElement) ? document.activeElement.dataset.pin : null;
    box.replaceChildren(...parts);
    if (focused) box.querySelector(`[data-pin="${CSS.escape(focused)}"]`)?.focus();
  }

  #pin(layer, mark, copy = null) {
    const said = copy === null ? mark.d.text : mark.others[copy].text;
    const name = word(copy !== null ? 'mark-copy' : mark.by ? 'mark-note-of' : 'mark-note', { name: mark.n ?? '' });
    const pin = el('button', {
      class: `m-pin${mark.by ? ' theirs' : ''}${copy === null ? '' : ' copy'}`, type: 'button', 'data-pin': `${mark.id}-${copy ?? ''}`, 'aria-label': `${name}: ${said.slice(0, NAMED)}`, title: said.slice(0, NAMED * 3),
      on: { click: () => this.#open(mark, copy) },
    }, icon('note'));
    const [x, y] = onScreen(layer.view, whole, mark.d.at);
    const shift = copy === null ? 0 : (copy + 1) * 22;
    pin.style.left = `calc(${x}% + ${shift}px)`;
    pin.style.top = `calc(${y}% + ${shift}px)`;
    return pin;
  }
}
