/**
 * What a tablet keeps of ballots: until the page is closed the code of a secret one, which tells nothing of its choice; until it
 * is sent a ballot by name, sealed. A secret choice is never kept.
 */
import { el, icon, word } from './page.js';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const store = sessionStorage;
const read = (key) => JSON.parse(store.getItem(key) ?? '[]');

/** Ten letters of a digest over the vote and a number that this tablet alone has; null where the browser has no digests. */
export async function receiptFor(poll) {
  if (!crypto.subtle) return null;
  const said = [...new TextEncoder().encode(`${poll}:`), ...crypto.getRandomValues(new Uint8Array(16))];
  const bits = [...new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(said)))].map((one) => one.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: 10 }, (_, n) => letters[parseInt(bits.slice(n * 5, n * 5 + 5), 2)]).join('');
}

export const codeWords = (code) => `${code.slice(0, 5)} ${code.slice(5)}`;
/** Codes of a person's secret ballots in a vote. */
export const codes = (poll, who) => read(`receipts-${poll}-${who}`);

/** @param {{code: string, unsure: boolean}} one unsure: the answer to its ballot was lost on the way */
export function keepCode(poll, who, one) { store.setItem(`receipts-${poll}-${who}`, JSON.stringify([...codes(poll, who).filter(({ code }) => code !== one.code), one])); }

/** Whether ballots by name were on their way when the page was left; the tab remembers their ids alone. */
export const isOnTheWay = (mid, who) => read(`ballots-${mid}-${who}`).length > 0;

/** Ballots by name that a person gave in a meeting and that no answer has come to: {id, cid, choice, of}. */
export class Outbox {
  #name; #mark; #who; #rows = [];

  constructor(mid, who) {
    this.#name = `ballots:${mid}`;
    this.#mark = `ballots-${mid}-${who}`;
    this.#who = who;
  }

  /** What an earlier page left, from where it lies sealed. */
  async restore() {
    const [safe, held] = await this.#safe();
    this.#rows = (held && (await safe.kept(held, this.#name))) ?? [];
    return this.#rows;
  }

  add(ballot) { return this.#write([...this.#rows.filter(({ cid }) => cid !== ballot.cid), ballot]); }
  remove(cid) { return this.#write(this.#rows.filter((one) => one.cid !== cid)); }

  /** A ballot that the device cannot keep is sent all the same, while the page is open. */
  async #write(rows) {
    this.#rows = rows;
    store.setItem(this.#mark, JSON.stringify(rows.map(({ cid }) => cid)));
    const [safe, held] = await this.#safe();
    if (held) await (rows.length ? safe.keep(held, this.#name, rows) : safe.forget(this.#name)).catch(() => {});
  }

  async #safe() {
    try {
      const [{ keyOf }, safe] = await Promise.all([import('@lib/vault-key.js'), import('@lib/vault-store.js')]);
      return [safe, await keyOf(this.#who)];
    } catch { return [null, null]; }
  }
}

/** Below the result of a secret vote: whether this tablet's ballots were counted, and the codes of all of them. */
export function receiptParts(vote, who) {
  const counted = vote.st === 'published' ? vote.result?.receipts : null;
  if (!counted?.length) return [];
  const mine = codes(vote.id, who).filter(({ code, unsure }) => !unsure || counted.includes(code)).map(({ code }) => {
    const isIn = counted.includes(code);
    return el('p', { class: `rule${isIn ? '' : ' m-short'}`, 'data-receipt': code }, icon(isIn ? 'circle-check' : 'alert-triangle'), el('span', {}, word(isIn ? 'receipt-in' : 'receipt-out', { code: codeWords(code) })));
  });
  return [...mine, el('details', { class: 'm-names' }, el('summary', {}, word('receipt-all', { n: counted.length })), el('p', { class: 'num m-codes' }, [...counted].sort().map(codeWords).join(', ')))];
}
