/**
 * The desk's live line: one socket per page on the namespace /desk. What the server tells becomes a DOM event
 * `desk:<name>` on the document; losing one costs a late refresh, since all is asked again after a break.
 */
import { io } from 'socket.io-client';
import { signIn } from './api.js';
import { toast } from './toast.js';
import { word } from './words.js';

function showUnread(count) {
  for (const bell of document.querySelectorAll('[data-bell]')) {
    bell.textContent = count > 99 ? '99+' : String(count);
    bell.hidden = !count;
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

/**
 * Opens the line; once on a page.
 * @param {(names: string[]|null) => void} [changed] told which lists changed; null after a break: any may have
 */
export function startLine(changed = () => {}) {
  const line = io('/desk', { path: '/socket.io/', transports: ['websocket'] });
  let lost = false;
  line.onAny((name, data) => document.dispatchEvent(new CustomEvent(`desk:${name}`, { detail: data })));
  line.on('connect', () => {
    document.body.dataset.net = 'on';
    if (lost) changed(null);
    lost = false;
  });
  line.on('disconnect', () => {
    lost = true;
    document.body.dataset.net = 'off';
  });
  comeBack(line);
  // The server stops: every page comes back at a moment of its own.
  line.on('bye', ({ retry_ms: ms }) => { if (ms) { line.disconnect(); setTimeout(() => line.connect(), Math.random() * ms); } });
  line.on('bell', (data) => showUnread(data?.unread ?? 0));
  line.on('changed', (data) => changed(data?.what ?? []));
  line.on('notice', (data) => toast(data?.text ?? data?.title, { tone: data?.tone, href: data?.url, word: word('open') }));
}
