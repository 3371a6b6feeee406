/** How the lines of the floor change what a tablet holds: presence, speakers, timer, announcements. */
const counts = (d) => ({ need: d.need, in: d.in, of: d.of, ok: d.ok });
const without = (list, key, id) => list.filter((one) => one[key] !== id);

function leaveQueue(state, d) { state.queue.wait = without(state.queue.wait, 'rq', d.rq); }

function endCall(state, d) { state.calls = without(state.calls, 'id', d.id); }

export const rules = {
  'body.chosen'(state, d) {
    state.body = d.body;
    state.att = counts(d);
  },
  'att.changed'(state, d) {
    state.att = counts(d);
    const person = state.people.find((one) => one.p === d.p);
    delete person?.leave;
    if (person) for (const key of ['st', 'at', 'via', 'late', 'leave']) if (key in d) person[key] = d[key];
  },
  'people.joined'(state, d) {
    state.att = counts(d);
    if (!d.person) return;
    const known = state.people.findIndex((one) => one.p === d.person.p);
    if (known >= 0) state.people[known] = d.person;
    else state.people.push(d.person);
  },
  'people.left'(state, d) {
    state.att = counts(d);
    if ('p' in d) state.people = without(state.people, 'p', d.p);
  },
  'people.seated'(state, d) {
    const person = state.people.find((one) => one.p === d.p);
    if (d.seat) person.seat = d.seat; else delete person.seat;
  },
  'queue.asked'(state, d) { state.queue.wait.push(d); },
  'queue.withdrawn': leaveQueue,
  'queue.skipped': leaveQueue,
  'queue.ordered'(state, d) {
    const place = new Map(d.order.map((id, at) => [id, at]));
    state.queue.wait.sort((a, b) => place.get(a.rq) - place.get(b.rq));
    state.queue.rule = d.rule;
  },
  'queue.rule'(state, d) { state.queue.rule = d.rule; },
  'queue.state'(state, d) { state.queue.open = d.open; },
  'queue.cleared'(state) { state.queue.wait = []; },
  'speech.started'(state, d) {
    leaveQueue(state, d);
    state.queue.cur = d;
  },
  'speech.paused'(state, d) { Object.assign(state.queue.cur, { paused_at: d.paused_at, spent_s: d.spent_s }); },
  'speech.resumed'(state, d) { Object.assign(state.queue.cur, { paused_at: null, paused_ms: d.paused_ms }); },
  'speech.extended'(state, d) { state.queue.cur.limit_s = d.limit_s; },
  'speech.ended'(state, d) {
    const { p, n, item, kind, started } = state.queue.cur;
    if (state.speeches) state.speeches[d.rq] = { p, n, item, kind, at: started, s: d.spent_s };
    state.queue.cur = null;
    if ('spoken' in d) state.spoken[d.p] = d.spoken;
  },
  'timer.set'(state, d) { state.timer = d; },
  'timer.stopped'(state) { state.timer = null; },
  'notice.sent'(state, d) { state.notices.push(d); },
  'notice.cleared'(state, d) { state.notices = without(state.notices, 'id', d.id); },
  'service.called'(state, d) { state.calls.push(d); },
  'service.done': endCall,
  'service.answered': endCall,
  'msg.sent'() {},
};

/**
 * Seconds that the running speech has taken and has left (negative when over), by the server's clock.
 * @param {object} cur state.queue.cur
 * @param {number} now ms on the server's clock
 */
export function speechTime(cur, now) {
  const spent = Math.max(0, (cur.paused_at ?? now) - cur.started - cur.paused_ms) / 1000;
  return { spent, left: cur.limit_s - spent };
}
