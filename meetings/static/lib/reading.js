/**
 * What helps to find one's way in a paper: its pages small, its contents, words in it; and how the page
 * lies: turned, whole, two side by side. Fetched with its style at the first press.
 */
import { all, el, find, word } from './page.js';
import { places, Scanned } from './scanned.js';

/** Width of a small page, pixels; so many of them are kept drawn. */
const SMALL = 116, KEPT = 120;
/** Words are looked for so long (ms) after the last letter. */
const PAUSE = 250;

export class Reading {
  #reader; #panel = find('#reading'); #opener = find('[data-reading]'); #doc = null; #pages = []; #drawn = new Map(); #seer; #typing = 0; #scanned = new Scanned(); #hits = []; #hit = 0;

  /** @param {(isOn: boolean) => void} text shows the paper as text, or its pages */
  constructor(reader, text) {
    this.#reader = reader;
    document.head.append(el('link', { rel: 'stylesheet', href: this.#panel.dataset.style }));
    this.#seer = new IntersectionObserver((seen) => { for (const one of seen) if (one.isIntersecting) this.#drawSmall(one.target); }, { root: this.#part('pages'), rootMargin: '200px 0px' });
    const press = (name, act) => this.#panel.querySelector(`[data-read="${name}"]`).addEventListener('click', act);
    press('shut', () => this.shut());
    press('turn', () => reader.rotate());
    press('width', () => reader.fit());
    press('whole', () => reader.fit('page'));
    press('two', ({ currentTarget }) => currentTarget.setAttribute('aria-pressed', String(reader.spread(currentTarget.getAttribute('aria-pressed') !== 'true'))));
    press('again', () => this.#step(false));
    press('before', () => this.#step(true));
    press('text', ({ currentTarget }) => text(currentTarget.getAttribute('aria-pressed') !== 'true'));
    const field = this.#panel.querySelector('input');
    field.addEventListener('input', () => { clearTimeout(this.#typing); this.#typing = setTimeout(() => this.#look(field.value), PAUSE); });
    field.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); this.#step(event.shiftKey); } });
    this.#panel.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.shut(); });
    this.#panel.addEventListener('click', (event) => { if (event.target.closest('[role=tab]')) setTimeout(() => { this.#fill(); if (this.#shows('words')) field.focus(); }); });
    this.#panel.addEventListener('keydown', (event) => { if (event.key.startsWith('Arrow')) setTimeout(() => this.#fill()); });
    reader.addEventListener('opened', () => this.#fill());
    reader.addEventListener('page', () => this.#turned());
    reader.addEventListener('found', ({ detail }) => { if (!this.#hits.length) this.#count(detail); });
  }

  /** @param {string} tab which part to begin with, the one left open by default */
  open(tab = null) {
    this.#panel.hidden = false;
    this.#opener.setAttribute('aria-expanded', 'true');
    const wanted = this.#panel.querySelector(tab ? `[aria-controls="read-${tab}"]` : '[role=tab][aria-selected=true]');
    if (tab) wanted.click();
    else this.#fill();
    (tab === 'words' ? this.#panel.querySelector('input') : wanted).focus();
  }

  shut() {
    this.#panel.hidden = true;
    this.#opener.setAttribute('aria-expanded', 'false');
    (this.#opener.getClientRects().length ? this.#opener : find('[data-find]')).focus();
  }

  get isOpen() { return !this.#panel.hidden; }

  #part(name) { return this.#panel.querySelector(`#read-${name}`); }
  #shows(name) { return this.isOpen && !this.#part(name).hidden; }

  /** The part that is open shows the paper that is open. */
  async #fill() {
    if (!this.isOpen) return;
    const { doc } = this.#reader;
    if (doc !== this.#doc) {
      this.#doc = doc;
      this.#forget();
      if (doc) await Promise.all([this.#lay(doc), this.#contents(doc)]);
    }
    this.#turned();
  }

  #forget() {
    this.#seer.disconnect();
    this.#drawn.clear();
    this.#pages = [];
    for (const name of ['pages', 'contents']) this.#part(name).replaceChildren();
    this.#hits = [];
    this.#reader.frame([]);
    this.#count({ total: 0, current: 0, pages: [] });
  }

  /** An empty sheet for every page, as high as it will be; each is drawn when it comes in sight. */
  async #lay(doc) {
    const { width, height } = (await doc.getPage(1)).getViewport({ scale: 1 });
    if (doc !== this.#doc) return;
    const ratio = height / width;
    this.#pages = Array.from({ length: doc.numPages }, (_, at) => {
      const canvas = el('canvas', { width: SMALL, height: Math.round(SMALL * ratio), 'aria-hidden': 'true' });
      return el('button', { type: 'button', 'aria-label': word('read-page', { page: at + 1 }), on: { click: () => this.#reader.go(at + 1) } }, canvas, el('span', { class: 'num' }, String(at + 1)));
    });
    this.#part('pages').replaceChildren(...this.#pages);
    for (const one of this.#pages) this.#seer.observe(one);
  }

  async #drawSmall(button) {
    const at = this.#pages.indexOf(button);
    if (at < 0 || this.#drawn.has(at)) return;
    const doc = this.#doc;
    this.#drawn.set(at, button);
    try {
      const page = await doc.getPage(at + 1);
      const sharp = Math.min(2, devicePixelRatio);
      const viewport = page.getViewport({ scale: (SMALL * sharp) / page.getViewport({ scale: 1 }).width });
      const canvas = el('canvas', { width: Math.round(viewport.width), height: Math.round(viewport.height), 'aria-hidden': 'true' });
      await page.render({ canvas, viewport }).promise;
      if (doc === this.#doc) button.querySelector('canvas').replaceWith(canvas);
    } catch { this.#drawn.delete(at); }
    if (this.#drawn.size > KEPT) this.#letGo();
  }

  /** The sheet that was drawn longest ago is empty again. */
  #letGo() {
    const [at, button] = this.#drawn.entries().next().value;
    this.#drawn.delete(at);
    const canvas = button.querySelector('canvas');
    canvas.getContext('2d').clearRect(0, 0, canvas.width, canvas.height);
    this.#seer.unobserve(button);
    this.#seer.observe(button);
  }

  async #contents(doc) {
    const entries = await doc.getOutline().catch(() => null);
    if (doc !== this.#doc) return;
    const list = (some) => el('ul', {}, ...some.map((one) => el('li', {},
      el('button', { type: 'button', on: { click: () => one.dest && this.#reader.follow(one.dest) } }, one.title), ...(one.items?.length ? [list(one.items)] : []))));
    this.#part('contents').replaceChildren(entries?.length ? list(entries) : el('p', { class: 'mut' }, word('read-no-contents')));
  }

  #turned() {
    const { page } = this.#reader;
    for (const [at, one] of this.#pages.entries()) {
      if (at + 1 === page) one.setAttribute('aria-current', 'page');
      else one.removeAttribute('aria-current');
    }
    if (this.#shows('pages')) this.#pages[page - 1]?.scrollIntoView({ block: 'nearest' });
  }

  /** Words are looked for in the text of the file and, where that is a scan, in what was read from its pictures. */
  async #look(words) {
    const doc = this.#doc;
    this.#hits = [];
    this.#reader.frame([]);
    this.#reader.find(words);
    const found = places(await this.#scanned.lines(this.#reader.url), words);
    if (doc !== this.#doc || words !== this.#panel.querySelector('input').value || !found.length) return;
    this.#hits = found;
    await this.#go(Math.max(0, found.findIndex(({ page }) => page >= this.#reader.page)));
  }

  #step(isBack) {
    if (this.#hits.length) this.#go((this.#hit + (isBack ? -1 : 1) + this.#hits.length) % this.#hits.length);
    else this.#reader.findAgain(isBack);
  }

  /** Opens the page of a place in a scan and frames its lines. */
  async #go(at) {
    const { page, boxes } = this.#hits[at];
    this.#hit = at;
    const pages = [...new Set(this.#hits.map((one) => one.page))].map((no) => ({ page: no, n: this.#hits.filter((one) => one.page === no).length }));
    this.#count({ total: this.#hits.length, current: at + 1, pages }, (no) => this.#go(this.#hits.findIndex((one) => one.page === no)));
    this.#reader.go(page);
    const doc = this.#doc;
    const [left, bottom] = (await doc.getPage(page)).view;
    if (doc === this.#doc) this.#reader.frame(boxes.map(([x0, y0, x1, y1]) => ({ page, box: [x0 - left, y0 - bottom, x1 - left, y1 - bottom] })));
  }

  /** How often the words were found, and on which pages. */
  #count({ total, current, pages }, go = (page) => this.#reader.go(page)) {
    const isAsked = this.#panel.querySelector('input').value.trim() !== '';
    find('[data-read-count]').textContent = !isAsked ? '' : total ? word('read-found', { n: total, at: current }) : word('read-none');
    for (const button of all('[data-read="again"], [data-read="before"]')) button.disabled = total < 2;
    find('[data-read-hits]').replaceChildren(...pages.map(({ page, n }) => el('li', {}, el('button', { type: 'button', on: { click: () => go(page) } }, word('read-page', { page }), el('span', { class: 'num mut' }, word('read-times', { n }))))));
  }
}
