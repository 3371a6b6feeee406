/** Parts of a page that are read again when the desk's line says that they changed. */
import htmx from 'htmx.org';

const waiting = new Set();
let soon;

/** A page that looks after itself is no use of the session: an idle one ends all the same. */
const headers = { 'Office-Refresh': '1' };

/** The record's own address: after an act that was refused, this page's is that of the act. */
const here = () => document.querySelector('link[rel=canonical]')?.href ?? location.href;

const named = (element) => `#${CSS.escape(element.id)}`;

/** All in one request: of those that stand under one source, the library lets only two wait. */
function readAgain() {
  const [first, ...others] = [...waiting].filter((element) => element.isConnected && !element.querySelector('input:focus, textarea:focus'));
  waiting.clear();
  if (!first) return;
  const selectOOB = others.map((element) => `${named(element)}:outerMorph`).join();
  htmx.ajax('GET', here(), { source: first, target: first, select: named(first), selectOOB, swap: 'outerMorph', headers });
}

/** Fetch a part of this page again, by its own id. */
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
    const answer = await fetch('/menu/counts', { headers: { 'HX-Request': 'true', ...headers } }).catch(() => null);
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
