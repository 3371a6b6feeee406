/**
 * A lent tablet is given back. What it keeps goes first, while the server still knows whose session this is: it is told, for
 * the secretary's board, once nothing is left. Signing out then clears the browser's own stores as well.
 */
import { api } from '@lib/api.js';
import { done, end, over } from '@lib/vault.js';
import { names } from '@lib/vault-store.js';

const opened = (name) => done(indexedDB.open(name));

/** Empties somebody's notes; those that were not sent stay, but for one's own, whose loss was agreed to. False: something stays. */
async function emptied(name, isMine) {
  const base = await opened(name);
  try {
    const stores = [...base.objectStoreNames];
    if (!stores.length) return true;
    if (!isMine && (await done(base.transaction('outbox').objectStore('outbox').count()))) return false;
    const change = base.transaction(stores, 'readwrite', { durability: 'strict' });
    const ends = over(change);
    for (const one of stores) change.objectStore(one).clear();
    await ends;
    return true;
  } finally {
    base.close();
  }
}

/** True when nothing of the office is left here. What waits to be sent is not touched: whoever signs out is asked about it. */
async function isWiped(user) {
  if ((await names()).some((name) => /^(?:ballots|asks):/.test(name))) return false;
  for (const { name } of await indexedDB.databases()) if (name.startsWith('notes-') && !(await emptied(name, name === `notes-${user}`))) return false;
  await end();
  return !(await names()).length;
}

/** Without the network nothing goes yet: the page that signing out leads to says what to do. */
export async function giveBack(form, mid, user = 0) {
  if (navigator.onLine && (await isWiped(user).catch(() => false))) await api(`/api/v1/meetings/${mid}/pack/wiped`, {}).catch(() => {});
  form.submit();
}
