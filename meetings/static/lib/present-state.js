/** How the lines of presenting change what a tablet holds: what is shown, who may show, the screen on the wall. */
export const rules = {
  'present.started'(state, d, frame) { state.present = { ...d, by: frame.by }; },
  'present.page'(state, d) { Object.assign(state.present, { page: d.page, at: d.at }); },
  'present.stopped'(state) { state.present = {}; },
  'present.granted'(state, d) { state.grants[d.p] = d.until; },
  'present.revoked'(state, d) { delete state.grants[d.p]; },
  'screen.blanked'(state, d) { state.blank = d.on; },
};

/** The meeting is over: nothing is shown, nobody may show. */
export function endPresenting(state) {
  state.present = {};
  state.blank = false;
  if (state.grants) state.grants = {};
}

/** Whether a person may present now (ms on the server's clock): who runs the room always, others while their grant lasts. */
export function mayPresent(state, me, now) {
  if (me.can.includes('run')) return true;
  const until = state.grants?.[me.p];
  return until === null || until > now;
}
