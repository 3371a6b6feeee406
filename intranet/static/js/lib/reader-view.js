/**
 * A PDF in a box: one page at a time, drawn by PDF.js as it is needed.
 *
 *   const reader = new Reader(host);            // host: a positioned element with a height
 *   await reader.open('/files/…?view=1', 3);    // resolves when the first page is about to be drawn
 *   reader.go(5, { own: false });               // own: false = somebody else turned the page (following)
 *
 * Events: `page` {page, own}, `drawn` {page}, `opened` {pages}, `failed` {why: password|broken|missing|network}, `zoom`,
 * `found` {total, current, pages: [{page, n}]}.
 */
import { pdfjs } from './pdf-core.js';
import { EventBus, PDFFindController, PDFLinkService, PDFViewer, ScrollMode } from 'pdfjs-dist/legacy/web/pdf_viewer.mjs';
import { ReaderWords, problems } from './reader-words.js';

const parts = `/static/dist/pdfjs-${pdfjs.version}/`;
const most = 6, least = 0.4;
/** A worker for the next file is begun so long (ms) after a page was drawn. */
const SPARE = 3000;
// What PDF.js still asked of a file when it was closed is refused, deep inside it; nobody waits for the answer.
addEventListener('unhandledrejection', (event) => { if (event.reason?.message === 'Transport destroyed') event.preventDefault(); });

export class Reader extends EventTarget {
  #viewer; #links; #find; #bus; #task = null; #wanted = 1; #total = 0; #expected = null; #decorators = new Set(); #found = []; #isFitted = false; #fitting = 'width'; #asked = null; #isTwo = false; #spare = null;

  constructor(host, { base = parts } = {}) {
    super();
    this.host = host;
    this.base = base;
    pdfjs.GlobalWorkerOptions.workerSrc = `${base}pdf.worker.min.mjs`;
    this.#spare = new pdfjs.PDFWorker();
    const box = document.createElement('div');
    box.className = 'r-scroll';
    box.tabIndex = -1;
    const pages = host.querySelector('.pdfViewer') ?? document.createElement('div');
    pages.classList.add('pdfViewer');
    box.append(pages);
    host.classList.add('r-host');
    host.prepend(box);
    this.box = box;
    this.#bus = new EventBus();
    this.#links = new PDFLinkService({ eventBus: this.#bus, externalLinkTarget: 2, externalLinkRel: 'noopener noreferrer nofollow' });
    this.#find = new PDFFindController({ eventBus: this.#bus, linkService: this.#links });
    this.#viewer = new PDFViewer({
      container: box, viewer: pages, eventBus: this.#bus, linkService: this.#links, findController: this.#find,
      annotationEditorMode: pdfjs.AnnotationEditorType.DISABLE, annotationMode: pdfjs.AnnotationMode.ENABLE,
      textLayerMode: 1, maxCanvasPixels: 2 ** 24, l10n: new ReaderWords(),
    });
    this.#links.setViewer(this.#viewer);
    // Two pages are drawn ahead, as the viewer does by itself where two lie side by side.
    const queue = this.#viewer.renderingQueue, next = queue.getHighestPriority.bind(queue);
    queue.getHighestPriority = (visible, views, isAhead, _isMore, ...more) => next(visible, views, isAhead, true, ...more);
    this.#bus.on('pagesinit', () => {
      // The viewer forgets this with every file.
      this.#viewer.scrollMode = ScrollMode.PAGE;
      this.#viewer.spreadMode = this.#isTwo ? 1 : 0;
      this.fit();
      this.#turn(this.#wanted);
    });
    this.#bus.on('pagechanging', ({ pageNumber }) => this.#told(pageNumber));
    this.#bus.on('pagerendered', ({ pageNumber }) => this.#drawn(pageNumber));
    this.#bus.on('scalechanging', () => this.#emit('zoom', { scale: this.#viewer.currentScale }));
    this.#bus.on('updatefindmatchescount', ({ matchesCount }) => this.#count(matchesCount));
    this.#bus.on('updatefindcontrolstate', ({ matchesCount }) => this.#count(matchesCount));
    new ResizeObserver(() => this.#refit()).observe(box);
    this.#pinch();
  }

  get page() { return this.#viewer.pagesCount ? this.#viewer.currentPageNumber : this.#wanted; }
  /** Known as soon as the file is open, before the viewer has laid out its pages. */
  get pages() { return this.#total; }
  get scale() { return this.#viewer.currentScale; }
  /** The open file as PDF.js has it, `null` while there is none. */
  get doc() { return this.#viewer.pdfDocument ?? null; }

  /** Shows another file, or the same one at another page. */
  async open(url, page = 1) {
    if (this.url === url) { this.go(page, { own: false }); return; }
    this.close();
    this.url = url;
    this.#wanted = page;
    this.#say(null);
    this.host.setAttribute('aria-busy', 'true');
    const mine = this.load(url, this.#spare ?? undefined);
    this.#spare = null;
    this.#task = mine;
    try {
      const doc = await mine.promise;
      if (this.#task !== mine) return;
      this.#total = doc.numPages;
      this.#wanted = Math.min(Math.max(1, this.#wanted), doc.numPages);
      this.#viewer.setDocument(doc);
      this.#links.setDocument(doc);
      this.#find.setDocument(doc);
      this.#emit('opened', { pages: doc.numPages });
    } catch (error) {
      if (this.#task !== mine) return;
      const why = reason(error);
      this.url = null;
      this.host.removeAttribute('aria-busy');
      this.#say(problems[why]);
      this.#emit('failed', { why });
    }
  }

  /**
   * Opens a file without showing it: {promise, destroy}; whoever asks for it destroys it. A worker of its own for every file,
   * so that a bad one takes none along.
   */
  load(url, worker = new pdfjs.PDFWorker()) {
    const { base } = this;
    const task = pdfjs.getDocument({
      worker, url, httpHeaders: { 'Office-Reader': '1' }, cMapUrl: `${base}cmaps/`, standardFontDataUrl: `${base}standard_fonts/`, wasmUrl: `${base}wasm/`, iccUrl: `${base}iccs/`,
      disableAutoFetch: true, disableStream: true, rangeChunkSize: 2 ** 18,
    });
    return { promise: task.promise, destroy: () => task.destroy().finally(() => worker.destroy()) };
  }

  /** Forgets the file; the box is empty. */
  close() {
    this.#task?.destroy();
    this.#task = null;
    this.#total = 0;
    this.url = null;
    delete this.host.dataset.drawn;
    this.host.removeAttribute('data-turning');
    this.#viewer.setDocument(null);
    this.#links.setDocument(null);
    this.#find.setDocument(null);
  }

  /** Turns to a page. `own` false means that it was not this reader's person who turned it. */
  go(page, { own = true } = {}) {
    if (!this.pages) { this.#wanted = page; return; }
    const to = Math.min(Math.max(1, page), this.pages);
    if (to === this.#viewer.currentPageNumber) return;
    this.#turn(to, own);
  }

  /** Two pages side by side begin with an odd one. */
  next() { this.go(this.page + (this.#isTwo && this.page % 2 ? 2 : 1)); }
  back() { this.go(this.page - (this.#isTwo ? 3 - (this.page % 2) : 1)); }

  /** Turns the pages a quarter to the right; it is how they are looked at, the file stays as it is. */
  rotate() {
    this.#viewer.pagesRotation = (this.#viewer.pagesRotation + 90) % 360;
    this.fit(this.#fitting);
  }

  /** Shows two pages side by side, or one; returns which. */
  spread(isTwo) {
    this.#isTwo = isTwo;
    this.#viewer.spreadMode = isTwo ? 1 : 0;
    this.fit(this.#fitting);
    return isTwo;
  }

  /** Goes where a line of the contents leads. */
  follow(dest) { this.#links.goToDestination(dest); }

  zoom(factor) {
    if (!this.pages) return;
    const to = Math.min(most, Math.max(least, this.scale * factor));
    this.#isFitted = false;
    this.#viewer.currentScaleValue = String(to);
  }

  /** The page as wide as the box again, at most `data-widest` pixels; `page`: all of it in sight. */
  fit(how = 'width') {
    this.#fitting = how;
    const page = this.pages && this.#viewer.getPageView(0);
    if (!page) return;
    const style = getComputedStyle(this.box);
    const room = this.box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const width = this.#isTwo ? (room - 12) / 2 : Math.min(room, Number(this.host.dataset.widest) || room);
    const high = this.box.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom) - parseFloat(getComputedStyle(page.div).marginBottom);
    this.#isFitted = true;
    const share = how === 'page' ? Math.min(width / page.width, high / page.height) : width / page.width;
    if (share > 0) this.#viewer.currentScaleValue = String(Math.max(least, share * page.scale));
  }

  /** Shows where words are: tones do not matter, and d finds đ as well. */
  find(text) {
    const query = text.trim();
    const variants = [...new Set([query, query.replaceAll('d', 'đ').replaceAll('D', 'Đ'), query.replaceAll('đ', 'd').replaceAll('Đ', 'D')])];
    this.#asked = { source: this, type: '', query: query ? variants : '', highlightAll: true, caseSensitive: false, matchDiacritics: false, phraseSearch: true };
    this.#bus.dispatch('find', this.#asked);
    if (!query) this.#count();
  }

  /** The next place where the words are, or the one before. */
  findAgain(isBack = false) { if (this.#asked?.query) this.#bus.dispatch('find', { ...this.#asked, type: 'again', findPrevious: isBack }); }

  #count({ total = 0, current = 0 } = {}) {
    const pages = (this.#find.pageMatches ?? []).map((all, at) => ({ page: at + 1, n: all?.length ?? 0 })).filter(({ n }) => n);
    this.#emit('found', { total, current, pages: total ? pages : [] });
  }

  /**
   * Frames stretches of pages: [{page, box: [x0, y0, x1, y1]}] in points from the lower left corner of the visible page.
   * Replaces what was framed before.
   */
  frame(found) {
    this.#found = found;
    for (let n = 1; n <= this.pages; n++) this.#frames(n);
  }

  /** Calls `draw(pageElement, viewport, pageNumber)` for every page drawn, now and from now on: ink lies there. */
  decorate(draw) {
    this.#decorators.add(draw);
    for (let n = 1; n <= this.pages; n++) {
      const view = this.#viewer.getPageView(n - 1);
      if (view?.renderingState === 3) draw(view.div, view.viewport, n);
    }
  }

  #turn(page, own = false) {
    this.#expected = own ? null : page;
    this.#wanted = page;
    this.#viewer.currentPageNumber = page;
    this.box.scrollTop = 0;
    if (this.#expected === page) this.#expected = null;
  }

  #told(page) {
    const own = this.#expected !== page;
    this.#expected = null;
    this.#tellDrawn();
    this.#emit('page', { page, own });
  }

  /** Whether the page in sight is drawn, and which: while it is not, `data-turning`, others leave it the line. */
  #tellDrawn() {
    const { page } = this;
    const isDrawn = this.#viewer.getPageView(page - 1)?.renderingState === 3;
    this.host.toggleAttribute('data-turning', !isDrawn);
    if (!isDrawn) { delete this.host.dataset.drawn; return; }
    this.host.removeAttribute('aria-busy');
    this.host.dataset.drawn = String(page);
  }

  #drawn(n) {
    if (n === this.page) this.#tellDrawn();
    // The next file finds a worker that has begun.
    if (!this.#spare) setTimeout(() => { this.#spare ??= new pdfjs.PDFWorker(); }, SPARE);
    const view = this.#viewer.getPageView(n - 1);
    if (!view) return;
    for (const draw of this.#decorators) draw(view.div, view.viewport, n);
    this.#frames(n);
    this.#emit('drawn', { page: n });
  }

  #frames(n) {
    const view = this.#viewer.getPageView(n - 1);
    if (!view?.div) return;
    for (const old of view.div.querySelectorAll(':scope > .found')) old.remove();
    const [left, bottom] = view.pdfPage?.view ?? [0, 0];
    for (const { page, box, name } of this.#found) {
      if (page !== n) continue;
      const rect = [...view.viewport.convertToViewportPoint(box[0] + left, box[1] + bottom), ...view.viewport.convertToViewportPoint(box[2] + left, box[3] + bottom)];
      const mark = document.createElement('div');
      mark.className = 'found';
      if (name) mark.dataset.name = name;
      const { width, height } = view.viewport;
      mark.style.left = `${(Math.min(rect[0], rect[2]) / width) * 100}%`;
      mark.style.top = `${(Math.min(rect[1], rect[3]) / height) * 100}%`;
      mark.style.width = `${(Math.abs(rect[2] - rect[0]) / width) * 100}%`;
      mark.style.height = `${(Math.abs(rect[3] - rect[1]) / height) * 100}%`;
      view.div.append(mark);
    }
  }

  #refit() { if (this.#isFitted) this.fit(this.#fitting); }

  #pinch() {
    const ends = new AbortController();
    new pdfjs.TouchManager({
      container: this.box, signal: ends.signal,
      onPinching: (origin, before, now) => {
        this.#isFitted = false;
        if (this.pages && before > 0) this.#viewer.updateScale({ drawingDelay: 400, scaleFactor: now / before, origin });
      },
    });
    this.box.addEventListener('wheel', (event) => {
      if (!event.ctrlKey || !this.pages) return;
      event.preventDefault();
      this.#isFitted = false;
      this.#viewer.updateScale({ drawingDelay: 400, scaleFactor: Math.exp(-event.deltaY / 300), origin: [event.clientX, event.clientY] });
    }, { passive: false });
  }

  #say(text) {
    this.host.querySelector(':scope > .r-say')?.remove();
    if (!text) return;
    const said = document.createElement('p');
    said.className = 'r-say';
    said.setAttribute('role', 'alert');
    said.textContent = text;
    this.host.append(said);
  }

  #emit(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
}

function reason(error) {
  if (error?.name === 'PasswordException') return 'password';
  if (error?.name === 'InvalidPDFException') return 'broken';
  if (error?.status === 404 || error?.status === 403) return 'missing';
  return 'network';
}
