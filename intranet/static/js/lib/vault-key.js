/** The key of whoever is signed in, from this device or from the server; asked for by pages, never by the service worker. */
import { api } from './api.js';
import { adopt, canSeal, imported, living } from './vault.js';

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const ask = (kid) => api('/api/v1/device-key', kid ? { kid } : {});

/**
 * The key in force of this person; the first to want one gets it from the server, the others wait.
 * @throws when the browser can seal nothing, or the server is not reached
 */
export function keyOf(user) {
  if (!canSeal()) throw new Error('unsealable');
  return navigator.locks.request('office-key', async () => {
    const held = await living();
    if (held?.user === user) return held;
    const given = await ask();
    return adopt(user, given.kid, bytes(given.key));
  });
}

/** An earlier key of this person, for what it sealed and nobody else has. @throws as above */
export async function earlier(kid) { return { kid, key: await imported(bytes((await ask(kid)).key)) }; }
