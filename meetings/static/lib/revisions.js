/**
 * What is said of a paper that was replaced: which pages changed, the version before; and the tray of one's own marks that
 * wait for a place. Fetched with its style when there is any of it.
 */
import { api } from '@lib/api.js';
import { unpacked } from '@lib/ink-pack.js';
import { toast } from '@lib/toast.js';
import { el, find, icon, word } from './page.js';
import { papers } from './state.js';

/** Pages that are named one by one. */
const NAMED = 8;

export class Revisions {
  #line; #mid; #follow; #reader; #notes; #strip = find('[data-revision]'); #opener = find('[data-tray-open]'); #dialog = document.getElementById('tray'); #shown = ''; #crops = null; #isAway = false;

  constructor(line, { mid, follow, reader, notes }) {
    [this.#line, this.#mid, this.#follow, this.#reader, this.#notes] = [line, mid, follow, reader, notes];
    document.head.append(el('link', { rel: 'stylesheet', href: this.#strip.dataset.style }));
    this.#opener.addEventListener('click', () => this.#open());
    this.#dialog.addEventListener('close', () => this.#crops?.close());
    reader.decorate((host, _viewport, page) => this.#mark(host, page));
    for (const name of ['page', 'opened', 'failed']) reader.addEventListener(name, ({ detail }) => { this.#isAway = detail.why === 'network'; this.draw(); });
    line.addEventListener('net', () => this.draw());
    new ResizeObserver(() => reader.host.style.setProperty('--strip', `${this.#strip.offsetHeight}px`)).observe(this.#strip);
  }

  get #paper() { return papers(this.#line.state).find(({ file }) => file.id === this.#follow.file)?.file ?? null; }
  #key(file) { return `seen-${this.#mid}-${file.id}-${file.rev}`; }

  draw() {
    const { tray } = this.#notes;
    this.#opener.hidden = tray === 0;
    this.#opener.setAttribute('aria-label', word('tray-n', { n: tray }));
    this.#opener.title = word('tray-n', { n: tray });
    this.#opener.querySelector('b').textContent = String(tray);
    if (tray === 0 && this.#dialog.open) this.#dialog.close();
    const parts = this.#parts().filter(Boolean);
    const said = parts.map((one) => one.textContent ?? one).join('|');
    this.#strip.hidden = parts.length === 0;
    if (said === this.#shown) return;
    this.#shown = said;
    this.#strip.replaceChildren(...parts);
  }

  /** What the strip over the page says; nothing when there is nothing, or it was read. */
  #parts() {
    const file = this.#paper;
    const button = (name, act, ...inside) => el('button', { class: 'b', type: 'button', [`data-${name}`]: true, on: { click: act } }, ...inside);
    if (!file) return [];
    if (this.#follow.old) return [icon('versions'), el('span', {}, word(this.#isAway ? 'old-away' : 'old-shown')), this.#all(file), button('to-new', () => this.#follow.open(file.id, this.#pageNow(file)), word('to-new'))];
    if (file.map === 'pending') return [icon('versions'), el('span', {}, word('comparing-long'))];
    if (!file.prev || sessionStorage.getItem(this.#key(file))) return [];
    const shut = () => { sessionStorage.setItem(this.#key(file), '1'); this.draw(); };
    const old = file.prev.url && button('to-old', () => this.#follow.look(file.prev, this.#pageThen(file)), word('to-old'));
    return [icon('versions'), el('span', {}, this.#changes(file)), old, this.#all(file),
      el('button', { class: 'b g q', type: 'button', title: word('seen'), on: { click: shut } }, icon('x'))];
  }

  /** Where all versions are looked at, once there are more than the one before. */
  #all({ id, no }) { return no > 2 && this.#line.how !== 'off' && el('a', { class: 'b', href: `/meetings/${this.#mid}/papers/${id}/versions/1`, target: '_blank' }, word('all-versions')); }

  #changes(file) {
    if (file.map === 'failed') return word('replaced-unknown');
    if (!file.changed.length) return word('replaced-same');
    const more = file.changed.length > NAMED ? '…' : '';
    return word('replaced', { pages: `${file.changed.slice(0, NAMED).join(', ')}${more}` });
  }

  /** The page of the old version where this one came from, and back. */
  #pageThen(file) {
    const by = file.moves.findLast(([from, step]) => from + step <= this.#reader.page)?.[1] ?? 0;
    return Math.max(1, Math.min(this.#reader.page - by, file.prev.pages ?? Infinity));
  }

  #pageNow(file) {
    if (this.#follow.old.rev !== file.prev?.rev) return 1;
    return Math.max(1, this.#reader.page + (file.moves.findLast(([from]) => from <= this.#reader.page)?.[1] ?? 0));
  }

  #mark(host, page) {
    const file = this.#paper;
    const isChanged = Boolean(file?.changed?.includes(page)) && !this.#follow.old;
    if (isChanged) host.dataset.changed = word('page-changed');
    else delete host.dataset.changed;
  }

  // --- the tray ---

  async #open() {
    if (await this.#fill()) this.#dialog.showModal();
  }

  async #fill() {
    try {
      const [{ marks }, kit] = await Promise.all([api(`/api/v1/meetings/${this.#mid}/annotations/tray`), import('./crops.js')]);
      this.#crops?.close();
      this.#crops = new kit.Crops(this.#reader);
      this.#dialog.querySelector('[data-tray]').replaceChildren(...marks.map((one) => this.#row(one)));
      if (!marks.length) this.#dialog.close();
      return marks.length > 0;
    } catch (problem) {
      toast(problem.message, { tone: 'bad' });
      return false;
    }
  }

  #row(one) {
    const name = word('tray-row', { name: one.n, page: one.page });
    const now = papers(this.#line.state).find(({ file }) => file.id === one.file)?.file;
    const see = () => { this.#dialog.close(); this.#follow.open(one.file); this.#follow.look({ rev: one.rev, url: one.url }, one.page); this.draw(); };
    const page = el('input', { class: 'in num', inputmode: 'numeric', maxlength: 4, value: String(one.likely ?? Math.min(one.page, one.pages ?? one.page)), 'aria-label': word('tray-page') });
    const act = (what, body) => async () => {
      try {
        await api(`/api/v1/meetings/${this.#mid}/annotations/${one.id}/${what}`, body());
        await this.#notes.sync();
        await this.#fill();
      } catch (problem) { toast(problem.message, { tone: 'bad' }); }
    };
    const picture = (url, number, d, name) => url && this.#crops?.figure({ url, page: number, mark: unpacked(one.id, '', number, d), words: word(name, { page: number }) });
    /** Where it would come to lie on the page that is named. */
    const there = () => {
      const number = Number(page.value);
      const isPage = Number.isInteger(number) && number > 0 && number <= (one.pages ?? number);
      return (isPage && picture(now?.url, number, number === one.likely ? one.to : one.d, number === one.likely ? 'tray-likely' : 'tray-new')) || el('figure', {});
    };
    const pair = el('div', { class: 'm-pair' }, picture(one.url, one.page, one.d, 'tray-old') || el('figure', {}), there());
    page.addEventListener('change', () => pair.lastChild.replaceWith(there()));
    return el('li', {}, el('b', {}, name), el('small', {}, one.why), pair,
      el('div', { class: 'row' }, ...(one.url ? [el('button', { class: 'b', type: 'button', on: { click: see } }, icon('versions'), word('tray-see'))] : []), page,
        el('button', { class: 'b', type: 'button', 'data-tray-place': true, on: { click: act('place', () => ({ page: Number(page.value) || 0 })) } }, word('tray-place')),
        el('button', { class: 'b g', type: 'button', 'data-tray-drop': true, on: { click: act('dismiss', () => ({})) } }, word('tray-drop'))));
  }
}
