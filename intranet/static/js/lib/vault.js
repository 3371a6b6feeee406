/**
 * What a device keeps of the office, sealed: pieces of files, the last state of a room, marks (vault-store.js). One key of a person opens all of
 * it; it cannot be read out of the browser, and it ends 24 hours after the server was last heard, at sign-out, and when the
 * session was ended from elsewhere. What was sealed is noise from then on, save for whom the server gives the same key again.
 * Used by pages and by the service worker alike.
 */
/** The key lasts so long (ms) without a word from the server. */
export const LASTS = 24 * 3600e3;
/** A clock set back by more than this (ms) ends the key: nobody gains time by it. */
const BACK = 10 * 60e3;

export const done = (request) => new Promise((ok, no) => { request.onsuccess = () => ok(request.result); request.onerror = () => no(request.error); });
export const over = (change) => new Promise((ok, no) => { change.oncomplete = () => ok(); change.onerror = change.onabort = () => no(change.error); });

let opened = null;
function vault() {
  opened ??= new Promise((ok, no) => {
    const request = indexedDB.open('office-vault', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('keys', { keyPath: 'kid' });
      request.result.createObjectStore('pieces', { keyPath: ['sha256', 'n'] });
      request.result.createObjectStore('things', { keyPath: 'name' });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      ok(request.result);
    };
    request.onerror = () => no(request.error);
  });
  return opened;
}

export const read = async (store, act) => done(act((await vault()).transaction(store).objectStore(store)));
export async function write(stores, act) {
  const change = (await vault()).transaction(stores, 'readwrite', { durability: 'strict' });
  const ends = over(change);
  act(Object.fromEntries(stores.map((name) => [name, change.objectStore(name)])));
  await ends;
}

/** True where a browser can keep anything sealed. */
export const canSeal = () => Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);

// --- the key ---

/** The key in force, {kid, user, key, contact, until, waits}, null when there is none; one whose time is over ends here. */
export async function living(now = Date.now()) {
  if (!canSeal()) return null;
  const found = (await read('keys', (keys) => keys.getAll())).at(-1) ?? null;
  if (!found) return null;
  if (now <= found.until && now >= found.contact - BACK) return found;
  await end();
  return null;
}

/** Takes a key over, from the bytes that the server gave; what another key sealed is gone. */
export async function adopt(user, kid, bytes, now = Date.now()) {
  const key = await imported(bytes);
  const found = { kid, user, key, contact: now, until: now + LASTS, waits: false };
  await end();
  await write(['keys'], ({ keys }) => keys.put(found));
  return found;
}

/** The key and all that is only a copy are gone. Marks that were not sent stay, sealed, for whoever made them. */
export async function end() {
  await write(['keys', 'pieces', 'things'], ({ keys, pieces, things }) => { keys.clear(); pieces.clear(); things.clear(); });
}

// --- sealing ---

/** A key as the browser holds it: it opens and seals, and cannot be read out. */
export const imported = (bytes) => crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);

const bytesOf = (text) => new TextEncoder().encode(text);

/** @returns {Promise<{kid: string, iv: Uint8Array, box: ArrayBuffer}>}; `about` is what it may be taken for, and nothing else. */
export async function seal({ kid, key }, data, about) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { kid, iv, box: await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytesOf(about) }, key, data) };
}
export const unseal = ({ key }, { iv, box }, about) => crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: bytesOf(about) }, key, box);
export const sealJson = (held, value, about) => seal(held, bytesOf(JSON.stringify(value)), about);
export const unsealJson = async (held, sealed, about) => JSON.parse(new TextDecoder().decode(await unseal(held, sealed, about)));
