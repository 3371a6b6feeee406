/**
 * A pack: a meeting's papers on this device before the network fails. Files come in pieces, each sealed as it arrives; a pack
 * that was cut off goes on where it stopped. A file counts when all of it has the hash that the server named.
 */
import { csrf } from '@lib/api.js';
import { keyOf } from '@lib/vault-key.js';
import { end, living } from '@lib/vault.js';
import { dropFile, dropPiece, forget, heard, keep, keepOnly, keepPiece, kept, names, piece, PIECE, piecesOf } from '@lib/vault-store.js';

const PARTS = 'office-parts';
/** Pieces asked for at once, and built parts. */
const AT_ONCE = 4;
/** Before a meeting its pack is read again at these times (ms). */
const AGAIN = [24 * 3600e3, 2 * 3600e3, 15 * 60e3];
/** A pack goes so long (ms) after its meeting began. */
const STAYS = 7 * 24 * 3600e3;
const RETRY = 3;
const sits = new Set(['live', 'paused']);

class Refused extends Error {
  constructor(answer) { super(String(answer.status)); this.status = answer.status; }
}

async function asked(url, how = {}) {
  const answer = await fetch(url, { cache: 'no-store', headers: { Accept: 'application/json', 'Office-Refresh': '1' }, ...how });
  if (answer.headers.get('Office-Session') === 'ended') await end();
  if (!answer.ok) throw new Refused(answer);
  return answer;
}

const isFull = (problem) => problem?.name === 'QuotaExceededError' || problem?.inner?.name === 'QuotaExceededError';

/** The worker reads anew which files are here. */
const tellWorker = () => navigator.serviceWorker?.controller?.postMessage({ type: 'packs' });

/** One pack after the other, whichever page wants them. */
const inTurn = (act) => navigator.locks.request('office-pack', act);

/** What is known of a pack on this device, null for nothing. */
export async function known(user, mid) {
  const held = await heard(user);
  return held && kept(held, `pack:${mid}`);
}

/** Meetings of which something is kept here. */
export const here = async () => (await names()).filter((name) => name.startsWith('pack:')).map((name) => Number(name.slice(5)));

/** The pack as the server names it now; of a meeting that is no longer this person's nothing stays. @throws */
export const wanted = (mid) => named(mid, drop);

async function named(mid, lose) {
  try {
    return await (await asked(`/meetings/${mid}/pack.json`)).json();
  } catch (problem) {
    if (problem instanceof Refused && (problem.status === 403 || problem.status === 404)) await lose(mid);
    throw problem;
  }
}

/** The pack of a meeting goes, and its files where no other pack has them. */
export const drop = (mid) => inTurn(() => dropped(mid));

async function dropped(mid) {
  await forget(`pack:${mid}`, `page:${mid}`, `state:${mid}`);
  const held = await living();
  if (held) await sweep(held);
  tellWorker();
}

/** True when something went that the pack says is here: a copy that made room for marks, a piece that would not open. */
export async function lacks(pack) {
  for (const one of pack.files) if (one.whole && !(await hasAll(one))) return true;
  return false;
}

/**
 * Brings the pack of a meeting onto this device, as the server names it now.
 * @param {(how: {n: number, of: number, bytes: number, all: number}) => void} [tell] how far it is
 * @param {boolean} [anew] read every file again, not only those that came
 * @returns the pack as it is kept: `files[].whole`, `lack` (`full`, `damaged`, `most`, `gone`), and `problem`
 */
export const bring = (user, mid, { tell = () => {}, anew = false } = {}) => inTurn(() => brought(user, mid, tell, anew));

async function brought(user, mid, tell, anew) {
  const now = await named(mid, dropped);
  const held = await keyOf(user);
  await heard(user);
  const before = await kept(held, `pack:${mid}`);
  const whole = new Map((before?.files ?? []).filter((one) => one.whole).map((one) => [one.sha256, one]));
  // A pack that changed is read again whole: what lay here for days is as sure as what just came.
  const isDue = anew || (before && before.rev !== now.rev) || due(before && { ...before, starts: now.starts }, Date.now());
  const pack = { ...now, mid, at: Date.now(), checked: isDue ? null : before.checked, problem: null, files: now.files.map((one) => ({ ...one, whole: whole.has(one.sha256), lack: null })), before: now.before.map((one) => ({ ...one, whole: false })) };
  // A full device keeps what fits; each part of the pack is tried, and what is here is counted.
  const fits = (act) => act().catch((problem) => { if (!isFull(problem)) throw problem; pack.problem = 'full'; });
  const save = () => fits(() => keep(held, `pack:${mid}`, pack));
  try {
    await save();
    await fits(() => keepParts(now));
    await fits(() => keepPage(held, pack));
    await keepFiles(held, pack, { isDue, save, tell });
    await keepEarlier(held, pack).catch(() => {});
    await fits(() => keepWords(held, pack));
  } catch {
    pack.problem = 'network';
  }
  if (!pack.problem && !pack.files.some((one) => one.lack)) pack.checked = pack.checked ?? Date.now();
  pack.problem ??= pack.files.find((one) => one.lack)?.lack ?? null;
  await save().catch(() => {});
  await sweep(held);
  tellWorker();
  return pack;
}

/** True when a pack is to be read again: never was, or one of the hours before the meeting has passed since. */
export function due(pack, now) {
  if (!pack?.checked) return true;
  return AGAIN.some((ms) => pack.checked < pack.starts - ms && now >= pack.starts - ms);
}

// --- parts and page ---

/** Built parts that are not here yet; all of them before the page that needs them. */
async function keepParts({ shell, app }) {
  const cache = await caches.open(PARTS);
  const here = new Set((await cache.keys()).map((one) => new URL(one.url).pathname));
  const lacking = shell.filter((address) => !here.has(address));
  await each(lacking, async (address) => cache.put(address, await asked(address, { headers: {} })));
  const page = await cache.match('/kept');
  if (page?.headers.get('Office-App') === app) return;
  const fresh = await asked('/kept', { credentials: 'omit', headers: {} });
  const headers = new Headers(fresh.headers);
  headers.set('Office-App', app);
  await cache.put('/kept', new Response(await fresh.text(), { headers }));
}

/** The room's page. While the meeting sits, the page of another version of the application does not take its place. */
async function keepPage(held, pack) {
  const before = await kept(held, `page:${pack.mid}`);
  if (before && sits.has(pack.state) && before.app !== pack.app) return;
  const answer = await asked(`/meetings/${pack.mid}/pack/room`, { headers: { 'Office-Refresh': '1' } });
  const headers = [...answer.headers].filter(([name]) => /^(content-type|content-security-policy|cross-origin|referrer|permissions|x-content)/.test(name));
  await keep(held, `page:${pack.mid}`, { html: await answer.text(), headers, app: pack.app, shell: pack.shell, at: Date.now() });
}

// --- files ---

async function keepFiles(held, pack, { isDue, save, tell }) {
  let [bytes, room] = [0, pack.most];
  const say = (n) => tell({ n, of: pack.files.length, bytes, all: pack.bytes });
  for (const [n, file] of pack.files.entries()) {
    say(n);
    room -= file.bytes;
    if (room < 0) { file.lack = 'most'; file.whole = false; continue; }
    if (file.whole && (await (isDue ? isWhole(held, file) : hasAll(file)))) { bytes += file.bytes; continue; }
    file.whole = false;
    const got = (more) => { bytes += more; say(n); };
    file.lack = await fetched(held, file, got);
    if (file.lack === 'full' && (await dropEarlier(pack))) file.lack = await fetched(held, file, got);
    file.whole = file.lack === null;
    await save();
  }
  say(pack.files.length);
}

/** What was replaced is looked at without the network too, where there is room left; nothing is lacking where there is none. */
async function keepEarlier(held, pack) {
  let room = pack.most - pack.bytes;
  for (const one of pack.before) {
    room -= one.bytes;
    one.whole = room >= 0 && !pack.problem && ((await hasAll(one)) || (await fetched(held, one, () => {})) === null);
  }
}

/** Papers on the table come before what they replaced. Returns whether any of that went. */
async function dropEarlier(pack) {
  const now = new Set(pack.files.map((one) => one.sha256));
  const gone = [];
  for (const { sha256 } of pack.before) if (!now.has(sha256) && (await piecesOf(sha256)).size) gone.push(sha256);
  for (const sha256 of gone) await dropFile(sha256);
  return gone.length > 0;
}

/** The words of scans, so that they are found without the network too. */
async function keepWords(held, { files }) {
  const here = new Set(await names());
  for (const { words, url, file } of files) if (words && !here.has(`lines:${url}`)) await keep(held, `lines:${url}`, await (await asked(`/files/${file}/lines.json`)).json());
}

/** Null when the file is here whole, else what became of it. @throws the network, or the session, is gone */
async function fetched(held, file, got) {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      await fetchPieces(held, file, got);
      if (await isWhole(held, file)) return null;
    } catch (problem) {
      if (isFull(problem)) { await dropFile(file.sha256); return 'full'; }
      if (problem instanceof Refused && [403, 404, 410, 416].includes(problem.status)) return 'gone';
      throw problem;
    }
  }
  return 'damaged';
}

/** Asks for the pieces that are not here, a few at once. */
async function fetchPieces(held, file, got) {
  const here = await piecesOf(file.sha256);
  const count = Math.ceil(file.bytes / PIECE);
  const lacking = Array.from({ length: count }, (_, n) => n).filter((n) => !here.has(n));
  got(Math.min(file.bytes, (count - lacking.length) * PIECE));
  await each(lacking, async (n) => {
    await whileOthersRead();
    const data = await tried(async () => {
      const answer = await asked(file.url, { headers: { 'Office-Reader': '1', 'Office-Unhurried': '1', Range: `bytes=${n * PIECE}-${Math.min(file.bytes, (n + 1) * PIECE) - 1}` } });
      const body = new Uint8Array(await answer.arrayBuffer());
      return answer.status === 206 ? body : body.subarray(n * PIECE, (n + 1) * PIECE);
    });
    await keepPiece(held, file.sha256, n, data);
    got(data.length);
  });
}

/** Whoever waits for a page has the line first; a page that never comes holds nothing up for long. */
async function whileOthersRead() {
  for (let n = 0; n < 100 && document.querySelector('[data-reader-host]:is([aria-busy], [data-turning])'); n += 1) await new Promise((ok) => setTimeout(ok, 100));
}

const hasAll = async (file) => (await piecesOf(file.sha256)).size === Math.ceil(file.bytes / PIECE);

/**
 * True when all pieces open and together have the hash that the server named. Else what is wrong goes, to be brought anew: the
 * pieces that do not open, or, where all do, the file.
 */
async function isWhole(held, file) {
  const all = new Uint8Array(file.bytes);
  let opens = true;
  for (let n = 0; n * PIECE < file.bytes; n += 1) {
    const data = await piece(held, file.sha256, n).catch(() => null);
    if (data?.length === Math.min(PIECE, file.bytes - n * PIECE)) { all.set(data, n * PIECE); continue; }
    opens = false;
    await dropPiece(file.sha256, n);
  }
  if (!opens) return false;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', all));
  if ([...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') === file.sha256) return true;
  await dropFile(file.sha256);
  return false;
}

async function tried(act) {
  for (let n = 1; ; n += 1) {
    try { return await act(); } catch (problem) {
      if (problem instanceof Refused || n === RETRY) throw problem;
      await new Promise((ok) => setTimeout(ok, n * 400));
    }
  }
}

async function each(list, act) {
  const waiting = [...list];
  let failed = null;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    while (waiting.length && !failed) await act(waiting.shift()).catch((problem) => { failed ??= problem; });
  }));
  if (failed) throw failed;
}

// --- order ---

/** Packs of meetings long over go, and with them what no pack names any more. */
async function sweep(held) {
  const files = new Set();
  const lines = new Set();
  const parts = new Set(['/kept']);
  for (const name of await names()) {
    const [kind, mid] = name.split(':');
    const found = kind === 'pack' || kind === 'page' ? await kept(held, name) : null;
    if (kind === 'pack' && (!found || found.starts + STAYS < Date.now())) { await forget(name, `page:${mid}`, `state:${mid}`); continue; }
    if (kind === 'pack') for (const one of [...found.files, ...(found.before ?? [])]) { files.add(one.sha256); lines.add(`lines:${one.url}`); }
    for (const address of found?.shell ?? []) parts.add(address);
  }
  await keepOnly(files);
  await forget(...(await names()).filter((name) => name.startsWith('lines:') && !lines.has(name)));
  const cache = await caches.open(PARTS);
  for (const one of await cache.keys()) if (!parts.has(new URL(one.url).pathname)) await cache.delete(one);
}

/** The server is told again after so long (ms), also where nothing changed. */
const TELL = 15 * 60e3;

/** Tells the server how this device stands, for the secretary's board. Losing one costs a late board. */
export async function report(pack, { unlessTold = false } = {}) {
  if (unlessTold && Date.now() - (pack.told ?? 0) < TELL) return;
  const room = (await navigator.storage?.estimate?.().catch(() => null)) ?? {};
  const lacks = pack.files.filter((one) => !one.whole);
  const held = await living();
  if (!held) return;
  const body = {
    device: held.kid, rev: pack.rev, verified: pack.files.length - lacks.length, total: pack.files.length, problem: pack.problem, app: pack.app,
    free: room.quota ? Math.max(0, room.quota - (room.usage ?? 0)) : null, need: lacks.reduce((sum, one) => sum + one.bytes, 0),
  };
  const answer = await fetch(`/api/v1/meetings/${pack.mid}/pack/report`, { method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrf(), 'Office-Refresh': '1' }, body: JSON.stringify(body) }).catch(() => null);
  if (!answer?.ok) return;
  await inTurn(async () => {
    const now = await kept(held, `pack:${pack.mid}`);
    if (now) await keep(held, `pack:${pack.mid}`, { ...now, told: Date.now() }).catch(() => {});
  });
}
