/** Parts of the script that are fetched when they are first wanted. */
import { toast } from '@lib/toast.js';
import { word } from './page.js';

const AGAIN = 1500;
const pause = (ms) => new Promise((ok) => setTimeout(ok, ms));

/**
 * A part that must come: asked for again and again until the network brings it.
 * @param {() => Promise<object>} load
 * @param {string} address of the same part: a browser may keep in mind that a module could not be had, but not under another name
 */
export async function surely(load, address) {
  for (let tries = 0; ; tries += 1) {
    try { return await (tries ? import(`${address}?${tries}`) : load()); } catch { await pause(Math.min(10, tries + 1) * AGAIN); }
  }
}

/**
 * A part for what is pressed: fetched once, whoever wants it; when the network does not bring it that is said, and the next
 * press asks anew.
 * @param {() => Promise<object>} load
 * @returns {() => Promise<object|null>}
 */
export function later(load) {
  let part = null;
  return async () => {
    try { return await (part ??= load()); } catch {
      part = null;
      toast(word('unreached'), { tone: 'warn' });
      return null;
    }
  };
}
