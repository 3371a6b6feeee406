/** Parts of a page that are read again when the desk's line says that they changed. */
import htmx from 'htmx.org';

const waiting = new Set();
let soon;

/** A page that looks after itself is no use of the session: an idle one ends all the same. */
const own = { isOwn: true }, ownHeaders = { 'Office-Refresh': '1' };
document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => { if (ctx.isOwn) Object.assign(ctx.request.headers, ownHeaders); });

/** The record's own address: after an act that was refused, this page's is that of the act. */
const here = () => document.querySelector('link[rel=canonical]')?.href ?? location.href;

const isTypedIn = (element) => element.matches(':focus-within') && element.querySelector('input:focus, textarea:focus');
const named = (element) => `#${CSS.escape(element.id)}`;

/** Each part is the source of its own request: of those that stand under one source, only two wait. */
function readAgain() {
  const parts = [...waiting].filter((element) => element.isConnected && !isTypedIn(element));
  waiting.clear();
  for (const element of parts.filter(({ dataset }) => dataset.src))
    htmx.ajax('GET', element.dataset.src, { source: element, target: element, swap: 'innerMorph', ...own });
  const [first, ...others] = parts.filter(({ dataset, id }) => !dataset.src && id);
  if (!first) return;
  const selectOOB = others.map((element) => `${named(element)}:outerMorph`).join(',');
  htmx.ajax('GET', here(), { source: first, target: first, select: named(first), selectOOB, swap: 'outerMorph', ...own });
}

/** Fetch a part of the page again: from its data-src as a fragment, else from this page, by its own id, all in one. */
export function refresh(element) {
  waiting.add(element);
  clearTimeout(soon);
  soon = setTimeout(readAgain, 250);
}

let counting;

/** What waits under the entries of the rail; asked once for many changes. */
function countAgain() {
  if (!document.querySelector('[data-waits]')) return;
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const answer = await fetch('/menu/counts', { headers: { 'HX-Request': 'true', ...ownHeaders } }).catch(() => null);
    if (!answer?.ok) return;
    for (const [code, count] of Object.entries(await answer.json()))
      for (const one of document.querySelectorAll(`[data-waits="${CSS.escape(code)}"]`)) {
        one.textContent = count.toLocaleString('vi');
        one.hidden = !count;
      }
  }, 400);
}

/** Reads again what shows one of these lists; null: whatever may have changed. */
export function refreshNamed(names) {
  countAgain();
  for (const element of document.querySelectorAll('[data-refresh]')) {
    const wanted = element.dataset.refresh.split(/\s+/);
    if (!names || wanted.some((name) => names.includes(name))) refresh(element);
  }
}
