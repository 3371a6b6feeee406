/** Operations of an outbox that may be sent now: those that stand or fall together are sent together. */
export function whole(waiting, limit) {
  const { batch } = waiting.at(-1) ?? {};
  if (waiting.length < limit || !batch) return waiting;
  const first = waiting.findIndex((op) => op.batch === batch);
  return first ? waiting.slice(0, first) : waiting;
}
