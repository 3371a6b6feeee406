/**
 * What a tablet keeps of ballots until the page is closed: the code of a secret one, which tells nothing of its choice; a ballot
 * by name that could not be sent yet. A secret choice is never kept.
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

/** Whether ballots by name were on their way when the page was left. */
export const isOnTheWay = (mid, who) => read(`ballots-${mid}-${who}`).length > 0;

/** Ballots by name that a person gave in a meeting and that no answer has come to: {id, cid, choice, of}. */
export class Outbox {
  #key;

  constructor(mid, who) { this.#key = `ballots-${mid}-${who}`; }
  get all() { return read(this.#key); }
  add(ballot) { this.#write([...this.all.filter(({ cid }) => cid !== ballot.cid), ballot]); }
  remove(cid) { this.#write(this.all.filter((one) => one.cid !== cid)); }
  #write(rows) { store.setItem(this.#key, JSON.stringify(rows)); }
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
