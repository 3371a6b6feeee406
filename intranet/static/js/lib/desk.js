/**
 * The desk's live line: one socket per page on the namespace /desk. What the server tells becomes a DOM event
 * `desk:<name>` on the document; losing one costs a late refresh, since all is asked again after a break.
 */
import { io } from 'socket.io-client';
import htmx from 'htmx.org';
import { signIn } from './api.js';
import { toast } from './toast.js';
import { word } from './words.js';

let socket;

/** The socket, opened by the first who asks. */
export function desk() {
  socket ??= io('/desk', { path: '/socket.io/', transports: ['websocket'], randomizationFactor: 0.5 });
  return socket;
}

function showUnread(count) {
  for (const bell of document.querySelectorAll('[data-bell]')) {
    bell.textContent = count > 99 ? '99+' : String(count);
    bell.hidden = !count;
  }
}

const waiting = new Map();

/** A page that looks after itself is no use of the session: an idle one ends all the same. */
const own = { isOwn: true }, ownHeaders = { 'Office-Refresh': '1' };
document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => { if (ctx.isOwn) Object.assign(ctx.request.headers, ownHeaders); });

/** The record's own address: after an act that was refused, this page's is that of the act. */
const here = () => document.querySelector('link[rel=canonical]')?.href ?? location.href;

/** Fetch a part of the page again: from its data-src as a fragment, else from this page, by its own id. */
export function refresh(element) {
  clearTimeout(waiting.get(element));
  waiting.set(element, setTimeout(() => {
    waiting.delete(element);
    if (!element.isConnected || element.matches(':focus-within') && element.querySelector('input:focus, textarea:focus')) return;
    const source = element.dataset.src;
    if (source) htmx.ajax('GET', source, { target: element, swap: 'innerMorph', ...own });
    else if (element.id) htmx.ajax('GET', here(), { target: element, select: `#${CSS.escape(element.id)}`, swap: 'outerMorph', ...own });
  }, 250));
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

function refreshNamed(names) {
  countAgain();
  for (const element of document.querySelectorAll('[data-refresh]')) {
    const wanted = element.dataset.refresh.split(/\s+/);
    if (!names || wanted.some((name) => names.includes(name))) refresh(element);
  }
}

/**
 * A line that the server ended does not come back by itself: a newer page of this device has its place. It comes back when
 * this page is looked at again; when it is not let in, the session may be over.
 */
function comeBack(line) {
  const look = () => { if (!document.hidden && !line.active) line.connect(); };
  document.addEventListener('visibilitychange', look);
  addEventListener('focus', look);
  line.on('connect_error', async () => {
    if (line.active || document.hidden) return;
    const answer = await fetch('/notices', { method: 'HEAD', headers: { 'HX-Request': 'true', 'HX-Current-URL': location.href } }).catch(() => null);
    if (answer?.status === 401) signIn(answer);
    else setTimeout(look, 5000);
  });
}

export function startDesk() {
  const line = desk();
  let lost = false;
  line.onAny((name, data) => document.dispatchEvent(new CustomEvent(`desk:${name}`, { detail: data })));
  line.on('connect', () => {
    document.body.dataset.net = 'on';
    if (lost) refreshNamed(null);
    lost = false;
  });
  line.on('disconnect', () => {
    lost = true;
    document.body.dataset.net = 'off';
  });
  comeBack(line);
  line.on('bell', (data) => showUnread(data?.unread ?? 0));
  line.on('changed', (data) => refreshNamed(data?.what ?? []));
  line.on('notice', (data) => toast(data?.text ?? data?.title, { tone: data?.tone, href: data?.url, word: word('open') }));
}
