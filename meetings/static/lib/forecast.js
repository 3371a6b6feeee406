/**
 * When the items still ahead begin and when all is over; what to shorten where that is too late is `shorten.js`.
 * No network, no clock of its own; `now` is ms on the server's clock, `spent` says how many seconds an item has had
 * (`state.js`). The room fetches it beside its first picture, so it imports nothing.
 */

const coming = (one) => one.st === 'planned' || one.st === 'suspended';
/** Seconds that somebody who waits to speak is expected to take. */
const SPEECH = 180;
/** Seconds over its budget from which an item is said to be over, and to be going to be. */
const OVER = 30, WILL = 120;
/** What the server told is taken for this long (ms), while nothing has changed since. */
const FRESH = 90000;
/** Opened further (ms) from its hour than this, a sitting is held on another day: its plan begins when it did. */
const DAY = 12 * 3600000;

/**
 * How much longer than planned items take: what is over so far against its budget, the plan itself weighing as much
 * as a quarter of the agenda, so that one short item at the beginning tells little.
 */
function pace(state, now, spent) {
  const counted = state.items.filter((one) => one.st !== 'withdrawn' && one.budget_s > 0);
  const over = counted.filter((one) => one.st === 'done' && one.spent_s > 0 || one.st === 'live' && spent(state, one, now) > one.budget_s);
  const sum = (list, of) => list.reduce((all, one) => all + of(one), 0);
  const prior = sum(counted, (one) => one.budget_s) / 4;
  if (!prior) return 1;
  const found = (sum(over, (one) => spent(state, one, now)) + prior) / (sum(over, (one) => one.budget_s) + prior);
  return Math.min(2, Math.max(0.5, found));
}

/**
 * `begins` by item id, `end`, `plannedEnd` (all ms); `late`, whole minutes, negative when early; and `lose`, minutes
 * that the items ahead would have to lose so that it ends as planned, 0 when it is not late by more than two.
 * `over`: items on the floor or ahead that are over their budget or will be, in order; `by`: minutes over, by item id.
 * @param {{end: number, at: number}} [told] what the server reckoned: its end counts until the room or a minute moves on
 */
export function forecast(state, now, spent, told) {
  const begins = {};
  const over = [];
  const by = {};
  const judge = (one, takes, isNow) => {
    const more = takes - one.budget_s;
    if (!one.budget_s || more < (isNow ? OVER : WILL)) return;
    over.push(one.id);
    by[one.id] = Math.max(1, Math.round(more / 60));
  };
  const factor = pace(state, now, spent);
  const { cur, wait } = state.queue ?? { cur: null, wait: [] };
  let at = state.started ? now : Math.max(now, state.starts);
  for (const one of state.items) {
    const left = Math.max(0, one.budget_s * factor - spent(state, one, now));
    if (one.st === 'live') {
      const speaking = cur ? Math.max(0, cur.limit_s - Math.max(0, (cur.paused_at ?? now) - cur.started - cur.paused_ms) / 1000) : 0;
      const rest = Math.max(left, speaking + wait.length * SPEECH);
      const used = spent(state, one, now);
      judge(one, used + rest, used > one.budget_s);
      at += rest * 1000;
    } else if (coming(one)) {
      begins[one.id] = at;
      judge(one, spent(state, one, now) + left, spent(state, one, now) > one.budget_s);
      at += left * 1000;
    }
  }
  const planned = state.items.filter((one) => one.st !== 'withdrawn').reduce((sum, one) => sum + one.budget_s, 0);
  const fixed = state.plan_end ?? state.starts + planned * 1000;
  if (told && told.v >= state.v && Math.abs(now - told.at) < FRESH) at = told.end;
  const plannedEnd = state.started && Math.abs(state.started - state.starts) > DAY ? state.started + planned * 1000 : fixed;
  const late = Math.round((at - plannedEnd) / 60000);
  return { begins, end: at, plannedEnd, late, pace: factor, over, by, lose: late > 2 ? Math.ceil(late / factor) : 0 };
}

/** Says how late the room is, below the agenda, with the room's means. */
export function drift(state, ahead, { find, word, clock }) {
  const box = find('[data-drift]');
  box.hidden = !['live', 'paused'].includes(state.state) || !state.items.length;
  if (box.hidden) return;
  const { late } = ahead;
  box.classList.toggle('ok', late <= 2);
  find('[data-drift-word]').textContent = late > 2 ? word('late', { n: late }) : late < -2 ? word('early', { n: -late }) : word('on-time');
  find('[data-drift-note]').textContent = word('ends', { at: clock(ahead.end), plan: clock(ahead.plannedEnd) });
  const list = find('[data-drift-over]');
  if (list) {
    const said = ahead.over.map((id) => word('over-one', { no: state.items.findIndex((one) => one.id === id) + 1, n: ahead.by[id] }));
    list.hidden = !said.length;
    list.textContent = word('over-list', { list: said.join(', ') });
  }
  const button = find('[data-shorten]');
  if (button) button.hidden = !ahead.lose;
}
