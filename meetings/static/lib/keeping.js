/** Keeps the packs of the coming meetings up to date while a page is open, and says how that goes: `pack` {mid, how} on the document. */
import { canSeal, end } from '@lib/vault.js';
import { heard } from '@lib/vault-store.js';
import { bring, due, here, known, lacks, report, wanted } from './pack.js';

/** Packs are asked for so often (ms); devices that hear of a change at once do not ask at once (ms). */
const EVERY = 5 * 60e3, SPREAD = 2000;

export const isAllowed = () => canSeal() && 'serviceWorker' in navigator && 'caches' in globalThis && 'locks' in navigator && isSecureContext;

/** The worker that answers where the network does not; a new one takes over outside of rooms alone. */
export async function register() {
  if (!isAllowed()) return;
  const found = await navigator.serviceWorker.register('/sw.js').catch(() => null);
  found?.waiting?.postMessage({ type: 'apply' });
}

const say = (mid, how) => document.dispatchEvent(new CustomEvent('pack', { detail: { mid, ...how } }));

/** Brings one pack, says how far it is, and tells the server what came of it. Null when it could not be asked for. */
export async function look(user, mid, { anew = false } = {}) {
  try {
    await navigator.storage?.persist?.();
    const pack = await bring(user, mid, { anew, tell: (how) => say(mid, { how }) });
    say(mid, { pack });
    await report(pack);
    return pack;
  } catch {
    say(mid, { pack: null });
    return null;
  }
}

/** All packs of the week: those that changed, those never whole, those whose hour has come; and those that are no longer theirs. */
export async function lookAll(user) {
  let told;
  try {
    const answer = await fetch('/api/v1/packs', { headers: { Accept: 'application/json', 'Office-Refresh': '1' }, cache: 'no-store' });
    if (answer.headers.get('Office-Session') === 'ended') await end();
    if (!answer.ok) return;
    told = await answer.json();
  } catch { return; }
  if (told.p !== user) return;
  await heard(user);
  for (const one of told.packs) {
    const mid = Number(one.pack.split(':')[1]);
    const mine = await known(user, mid);
    if (mine && mine.rev === one.rev && mine.app === told.app && !mine.problem && !due({ ...mine, starts: one.starts }, Date.now()) && !(await lacks(mine))) {
      say(mid, { pack: mine });
      await report(mine, { unlessTold: true });
    } else await look(user, mid);
  }
  const theirs = new Set(told.packs.map((one) => Number(one.pack.split(':')[1])));
  for (const mid of (await here()).filter((one) => !theirs.has(one))) {
    const now = await wanted(mid).catch(() => null);
    if (now && now.rev !== (await known(user, mid))?.rev) await look(user, mid);
  }
}

/** In a room that stays open: a pack that was cut off goes on; at its hours, or when something went, it is read again. */
export async function lookIfDue(user, mid) {
  const mine = await known(user, mid);
  const isRested = mine && Date.now() - mine.at >= EVERY;
  if (mine?.problem === 'network' || (isRested && (mine.problem || due(mine, Date.now()) || (await lacks(mine))))) await look(user, mid);
}

export function startKeeping(user) {
  if (!isAllowed()) return;
  register();
  lookAll(user);
  setInterval(() => lookAll(user), EVERY);
  addEventListener('online', () => lookAll(user));
  let soon = 0;
  document.addEventListener('desk:changed', ({ detail }) => {
    if (soon || !detail?.what?.includes('kept')) return;
    soon = setTimeout(() => { soon = 0; lookAll(user); }, Math.random() * SPREAD);
  });
}
