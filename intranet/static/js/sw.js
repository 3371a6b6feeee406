/**
 * The service worker: what a device keeps of the office answers where the network does not. Pages are asked of the network
 * first; files of a pack and built parts come from the device. What programs ask (/api, /socket.io) is never touched.
 */
import { end, living } from '@lib/vault.js';
import { dropPiece, has, kept, names, piece, PIECE, suspend } from '@lib/vault-store.js';

/** Built parts; their names carry their hash, so that parts of two versions lie side by side. */
const PARTS = 'office-parts';
/** A network that says nothing for so long (ms) is none, where the device has an answer. */
const PATIENCE = 5000;
const room = /^\/meetings\/(\d+)(?:\/room)?$/;
const doors = /^\/(?:sign-in|tablet\/\d+)$/;
/** The server answers, but cannot answer this. */
const down = new Set([502, 503, 504]);

// A new worker takes over at once, but not while somebody sits in a room.
addEventListener('install', (event) => event.waitUntil(isInRoom().then((sits) => (sits ? null : skipWaiting()))));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('message', ({ data }) => {
  if (data?.type === 'packs') { index = { kid: null, files: new Map() }; lately.clear(); }
  if (data?.type === 'apply') isInRoom().then((sits) => { if (!sits) skipWaiting(); });
});

// What comes by push names a kind and a number; whoever taps it reads the rest here, signed in.
addEventListener('push', (event) => {
  let said = {};
  try { said = event.data?.json() ?? {}; } catch { /* not ours */ }
  const url = /^\/notices\/\d+$/.test(said.url) ? said.url : '/notices';
  event.waitUntil(registration.showNotification(said.title || 'Văn phòng điện tử', { body: said.text ?? '', tag: url, data: url }));
});
addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data));
});

async function isInRoom() {
  const all = await clients.matchAll({ type: 'window', includeUncontrolled: true });
  return all.some((one) => new URL(one.url).pathname.endsWith('/room'));
}

addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin || url.pathname.startsWith('/api/') || url.pathname.startsWith('/socket.io/')) return;
  if (request.mode === 'navigate') event.respondWith(request.method === 'GET' ? page(event, url) : sent(request, url));
  else if (request.method !== 'GET') return;
  else if (url.pathname.startsWith('/static/')) event.respondWith(part(request));
  else if (url.pathname.startsWith('/files/') && url.searchParams.has('rev')) event.respondWith(paper(request, url));
});

// --- pages ---

async function page(event, url) {
  const answer = fetch(event.request).then((found) => (down.has(found.status) ? Promise.reject(new Error('down')) : looked(found)));
  const mine = room.test(url.pathname) ? await keptPage(url) : null;
  try {
    return await (mine ? Promise.race([answer, new Promise((_, no) => setTimeout(no, PATIENCE))]) : answer);
  } catch {
    answer.catch(() => {});
    if (mine) return mine();
    const other = await caches.match('/kept', { cacheName: PARTS });
    if (other && !doors.test(url.pathname)) return url.pathname === '/kept' ? other : Response.redirect('/kept');
    return answer;
  }
}

/** The server says that the session of this device was ended on purpose. */
async function looked(found) {
  if (found.headers.get('Office-Session') === 'ended') await end();
  return found;
}

/** The room as it was kept, with its last state in it; null when this device has none. */
async function keptPage(url) {
  const held = await living();
  if (!held || held.waits) return null;
  const mid = room.exec(url.pathname)[1];
  if (!(await names()).includes(`page:${mid}`)) return null;
  return async () => {
    if (!url.pathname.endsWith('/room')) return Response.redirect(`/meetings/${mid}/room`);
    const [page, state] = await Promise.all([kept(held, `page:${mid}`), kept(held, `state:${mid}`)]);
    const body = page.html.replace(/data-welcome="[^"]*"/, (whole) => (state && state.kept > page.at ? `data-welcome="${escape(JSON.stringify(state))}"` : whole.replace('data-welcome="{', `data-welcome="{&#34;kept&#34;:${page.at},`)));
    return new Response(body, { headers: page.headers });
  };
}
const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&#34;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll("'", '&#39;');

/** A form that leads to another page. Whoever signs out is first told what was not sent. */
async function sent(request, url) {
  if (doors.test(url.pathname)) {
    const answer = await fetch(request);
    await suspend();
    return answer;
  }
  if (url.pathname !== '/sign-out') return fetch(request);
  const isSure = (await request.clone().formData()).has('sure');
  if (!isSure && (await unsent()) > 0) return Response.redirect('/kept#leaving', 303);
  try { return await fetch(request); } catch { return Response.redirect('/kept#leaving', 303); }
}

/** How much on this device waits to be sent, whoever made it: marks, and rooms that were asked for something. */
async function unsent() {
  let n = (await names()).filter((name) => /^(?:ballots|asks):/.test(name)).length;
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('notes-')) continue;
    n += await new Promise((ok) => {
      const request = indexedDB.open(name);
      request.onerror = () => ok(0);
      request.onsuccess = () => {
        const base = request.result;
        const count = base.objectStoreNames.contains('outbox') ? base.transaction('outbox').objectStore('outbox').count() : null;
        if (!count) { base.close(); ok(0); return; }
        count.onsuccess = () => { base.close(); ok(count.result); };
        count.onerror = () => { base.close(); ok(0); };
      };
    });
  }
  return n;
}

// --- built parts ---

async function part(request) {
  return (await caches.match(request.url, { cacheName: PARTS })) ?? fetch(request);
}

// --- files ---

async function paper(request, url) {
  const found = await keptFile(url).catch(() => null);
  return found ? ranged(request, ...found) : fetch(request);
}

/** Files by address, as the packs were last read; a reader asks for a file in many ranges. */
let index = { kid: null, files: new Map() };

async function keptFile(url) {
  const held = await living();
  if (!held || held.waits) return null;
  const address = url.pathname + url.search;
  if (index.kid !== held.kid || !index.files.has(address)) {
    const packs = (await names()).filter((name) => name.startsWith('pack:'));
    const read = await Promise.all(packs.map((name) => kept(held, name)));
    index = { kid: held.kid, files: new Map(read.flatMap((one) => [...(one?.files ?? []), ...(one?.before ?? [])]).filter((one) => one.whole).map((one) => [one.url, one])) };
  }
  const file = index.files.get(address);
  // Its pieces may have gone since: then the network is asked.
  return file && (await has(file.sha256)) ? [held, file] : null;
}

/** A piece of a file. One that will not open is never shown: it goes, to be brought anew, and the network is asked for it. */
async function bytesOf(held, file, n) {
  const data = await piece(held, file.sha256, n).catch(() => dropPiece(file.sha256, n));
  if (data) return data;
  // The pack may hold a copy made for readers: without the header the piece would be another file's.
  const answer = await fetch(file.url, { headers: { 'Office-Reader': '1', Range: `bytes=${n * PIECE}-${Math.min(file.bytes, (n + 1) * PIECE) - 1}` } });
  if (answer.status !== 206) throw new Error('a piece is missing');
  return new Uint8Array(await answer.arrayBuffer());
}

/** The pieces opened last: a reader asks for the same one many times, in smaller ranges. */
const lately = new Map();
const MOST_LATELY = 6;

function openedLately(held, file, n) {
  const name = `${held.kid}:${file.sha256}:${n}`;
  const found = lately.get(name) ?? bytesOf(held, file, n).catch((problem) => { lately.delete(name); throw problem; });
  lately.delete(name);
  lately.set(name, found);
  if (lately.size > MOST_LATELY) lately.delete(lately.keys().next().value);
  return found;
}

/** Bytes a to z of a file, opened piece by piece as they are taken. */
function opened(held, file, a, z) {
  let n = Math.floor(a / PIECE);
  return new ReadableStream({
    async pull(stream) {
      const data = await openedLately(held, file, n);
      const from = n * PIECE;
      stream.enqueue(data.subarray(Math.max(0, a - from), Math.min(data.length, z + 1 - from)));
      n += 1;
      if (n * PIECE > z) stream.close();
    },
  }, { highWaterMark: 1 });
}

function ranged(request, held, file) {
  const headers = { 'Accept-Ranges': 'bytes', 'Content-Type': file.type, 'Content-Security-Policy': "sandbox; default-src 'none'", 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' };
  const size = file.bytes;
  const asked = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get('Range') ?? '');
  if (!asked || (!asked[1] && !asked[2])) return new Response(opened(held, file, 0, size - 1), { headers: { ...headers, 'Content-Length': size } });
  const a = asked[1] ? Number(asked[1]) : Math.max(0, size - Number(asked[2]));
  const z = asked[1] && asked[2] ? Math.min(Number(asked[2]), size - 1) : size - 1;
  if (a > z) return new Response(null, { status: 416, headers: { ...headers, 'Content-Range': `bytes */${size}` } });
  return new Response(opened(held, file, a, z), { status: 206, headers: { ...headers, 'Content-Range': `bytes ${a}-${z}/${size}`, 'Content-Length': z - a + 1 } });
}
