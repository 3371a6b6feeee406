/** When a lost line is tried again: as Socket.IO's client does by itself, and the later, by chance, the more others come back to the same server. */
const FIRST = 1000, LONGEST = 5000;
/** Tablets that a server lets in within a second. */
const EACH_SECOND = 250;

/**
 * Lets the first try wait its turn; those after it wait as ever.
 * @param {import('socket.io-client').Manager} manager of a connection that was lost a moment ago
 * @param {number} clients how many hang on the server, as it last told
 */
export function spread(manager, clients, luck = Math.random) {
  const more = (luck() * clients * 1000) / EACH_SECOND;
  // Chance makes half as much again of it; at the longest pause those who would wait longer would all meet.
  manager.reconnectionDelay(FIRST + more).reconnectionDelayMax(LONGEST + 1.5 * more);
  manager.once('reconnect_attempt', () => manager.reconnectionDelay(FIRST).reconnectionDelayMax(LONGEST));
}
