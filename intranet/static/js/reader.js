/**
 * Makes every [data-reader] of the page a PDF reader, those that htmx brings later too.
 *
 *   <div data-reader data-src="/files/…?view=1" data-page="1" id="r"></div>
 *   buttons anywhere: data-reader-prev="r" data-reader-next data-reader-in data-reader-out data-reader-fit data-reader-full
 *   words anywhere: data-reader-page="r" data-reader-pages="r"
 *
 * `data-found='[{"page":1,"box":[x0,y0,x1,y1]}]'` frames stretches (points, from the lower left corner). The element's
 * property `reader` is the Reader; `reader:ready` bubbles from it. Changing `data-src` or `data-page` later works too.
 */
import { Reader } from './lib/reader-view.js';

const acts = {
  prev: (reader) => reader.back(),
  next: (reader) => reader.next(),
  in: (reader) => reader.zoom(1.2),
  out: (reader) => reader.zoom(1 / 1.2),
  fit: (reader) => reader.fit(),
  full: (reader) => (document.fullscreenElement ? document.exitFullscreen() : (reader.host.closest('section') ?? reader.host).requestFullscreen?.()),
};

function enhance(host) {
  if (host.reader) return;
  const reader = new Reader(host, host.dataset.base ? { base: host.dataset.base.replace(/[^/]*$/, '') } : {});
  host.reader = reader;
  reader.addEventListener('page', ({ detail }) => { host.dataset.page = String(detail.page); tell(host, reader); });
  reader.addEventListener('opened', () => { if (host.dataset.found) reader.frame(JSON.parse(host.dataset.found)); tell(host, reader); });
  host.addEventListener('keydown', (event) => {
    const turn = { PageDown: 'next', ArrowRight: 'next', PageUp: 'prev', ArrowLeft: 'prev', '+': 'in', '-': 'out' }[event.key];
    if (!turn || event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select')) return;
    event.preventDefault();
    acts[turn](reader);
  });
  new MutationObserver(() => show(host, reader)).observe(host, { attributes: true, attributeFilter: ['data-src', 'data-url', 'data-page'] });
  show(host, reader);
  host.dispatchEvent(new CustomEvent('reader:ready', { bubbles: true, detail: reader }));
}

function show(host, reader) {
  const url = host.dataset.src || host.dataset.url;
  if (url) reader.open(url, Number(host.dataset.page) || 1);
  else reader.close();
}

function tell(host, reader) {
  if (!host.id) return;
  const name = CSS.escape(host.id);
  const write = (what, text) => { for (const one of document.querySelectorAll(`[data-reader-${what}="${name}"]`)) one.textContent = text; };
  write('page', String(reader.page));
  write('pages', String(reader.pages));
  for (const one of document.querySelectorAll(`[data-reader-prev="${name}"]`)) one.disabled = reader.page <= 1;
  for (const one of document.querySelectorAll(`[data-reader-next="${name}"]`)) one.disabled = reader.page >= reader.pages;
}

document.addEventListener('click', (event) => {
  for (const [act, run] of Object.entries(acts)) {
    const button = event.target.closest?.(`[data-reader-${act}]`);
    const host = button && document.getElementById(button.getAttribute(`data-reader-${act}`));
    if (host?.reader) run(host.reader);
  }
});

const look = (root) => { for (const host of root.querySelectorAll('[data-reader]')) enhance(host); };
look(document);
new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes) if (node.nodeType === 1) { if (node.matches('[data-reader]')) enhance(node); look(node); }
}).observe(document.body, { childList: true, subtree: true });
