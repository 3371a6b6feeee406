/** Notes that several devices changed at once: nothing written is dropped. */
import { merge } from './ink-merge.js';

/**
 * A note as it stands when another version of it is told.
 * @param {object} [held] the mark that is here
 * @param {object} told {…, lam, dev, past, isMoved}
 */
export function merged(held, { past: seen, isMoved, ...told }) {
  if (!held) return { ...told, past: { ...seen } };
  // The house gave it another place: it is the same version.
  if (isMoved && held.lam === told.lam && held.dev === told.dev) return { ...told, past: { ...held.past, ...seen }, others: held.others };
  const versions = [{ lam: held.lam ?? 0, dev: held.dev ?? '', text: held.d.text }, ...(held.others ?? [])];
  const { versions: [best, ...others], past } = merge({ versions, past: held.past ?? {} }, { lam: told.lam, dev: told.dev, text: told.d.text }, seen);
  const isTold = best.lam === told.lam && best.dev === told.dev;
  return { ...(isTold ? told : held), d: { ...(isTold ? told.d : held.d), text: best.text }, lam: best.lam, dev: best.dev, past, others: others.length ? others : undefined };
}

/** The copies of a note become notes of their own, so that a hand may change them. Not undone: nothing is lost by it. */
export function separate(ink, mark) {
  const add = mark.others.map(({ text }) => ({ ...mark, id: ink.newId(), d: { ...mark.d, text }, past: undefined, others: undefined }));
  const saw = { ...mark.past, ...Object.fromEntries(mark.others.map((one) => [one.dev, one.lam])) };
  ink.quietly({ add, del: [], set: [[mark, { ...mark, saw }]] });
  return add;
}
