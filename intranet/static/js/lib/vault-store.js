/** How long the key lasts; and values by name and files by pieces, kept on the device and sealed by it. */
import { end, LASTS, living, read, seal, sealJson, unseal, unsealJson, write } from './vault.js';

/** Bytes of a piece; the last one of a file is shorter. */
export const PIECE = 2 ** 20;
/** A contact is noted at most so often (ms). */
const NOTED = 60e3;

/** The server was heard, as this person: the key lasts from now on. Somebody else's key ends. Null: there is none. */
export async function heard(user, now = Date.now()) {
  const found = await living(now);
  if (!found) return null;
  if (found.user !== user) { await end(); return null; }
  if (found.waits || now - found.contact > NOTED) {
    Object.assign(found, { contact: now, until: now + LASTS, waits: false });
    await write(['keys'], ({ keys }) => keys.put(found));
  }
  return found;
}

/** Somebody signs in here: nothing is read until it is known who. */
export async function suspend() {
  const found = await living();
  if (found) await write(['keys'], ({ keys }) => keys.put({ ...found, waits: true }));
}

/** Keeps a value under a name, such as `pack:41`. */
export async function keep(held, name, value) {
  const sealed = await sealJson(held, value, name);
  await write(['things'], ({ things }) => things.put({ name, ...sealed }));
}

/** What is kept under a name, null for nothing, or nothing that this key opens. */
export async function kept(held, name) {
  const found = await read('things', (things) => things.get(name));
  return found?.kid === held.kid ? unsealJson(held, found, name) : null;
}
export const names = () => read('things', (things) => things.getAllKeys());
export const forget = (...gone) => write(['things'], ({ things }) => { for (const name of gone) things.delete(name); });

const place = (sha256, n) => `${sha256}:${n}`;
export async function keepPiece(held, sha256, n, data) {
  const sealed = await seal(held, data, place(sha256, n));
  await write(['pieces'], ({ pieces }) => pieces.put({ sha256, n, ...sealed }));
}
/** The bytes of a piece; null when it is not here. @throws when it was tampered with. */
export async function piece(held, sha256, n) {
  const found = await read('pieces', (pieces) => pieces.get([sha256, n]));
  return found?.kid === held.kid ? new Uint8Array(await unseal(held, found, place(sha256, n))) : null;
}
/** True when the first piece of a file is here. */
export const has = async (sha256) => (await read('pieces', (pieces) => pieces.count([sha256, 0]))) > 0;
/** Numbers of the pieces of a file that are here. */
export const piecesOf = async (sha256) => new Set((await read('pieces', (pieces) => pieces.getAllKeys(IDBKeyRange.bound([sha256], [sha256, []])))).map(([, n]) => n));
/** Takes away the pieces of all files but these. */
export async function keepOnly(wanted) {
  const all = await read('pieces', (pieces) => pieces.getAllKeys());
  const gone = all.filter(([sha256]) => !wanted.has(sha256));
  if (gone.length) await write(['pieces'], ({ pieces }) => { for (const key of gone) pieces.delete(key); });
}
/** Room for what was written: the copy of the file with most pieces here goes. False: there is none. */
export async function makeRoom() {
  const count = new Map();
  for (const [sha256] of await read('pieces', (pieces) => pieces.getAllKeys())) count.set(sha256, (count.get(sha256) ?? 0) + 1);
  const most = [...count].sort((a, b) => b[1] - a[1])[0];
  if (most) await dropFile(most[0]);
  return Boolean(most);
}
export const dropPiece = (sha256, n) => write(['pieces'], ({ pieces }) => pieces.delete([sha256, n]));
export const dropFile = (sha256) => write(['pieces'], ({ pieces }) => pieces.delete(IDBKeyRange.bound([sha256], [sha256, []])));
