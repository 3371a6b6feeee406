/** How the lines of votes change what a tablet holds. */
const whole = (state, d) => {
  state.votes = [...state.votes.filter((one) => one.id !== d.vote.id), d.vote].sort((a, b) => a.id - b.id);
};
const changed = (state, d) => {
  if (d.vote) { whole(state, d); return; }
  const vote = state.votes.find((one) => one.id === d.id);
  if (vote) Object.assign(vote, d.set);
};

export const rules = {
  'vote.prepared': whole,
  'vote.edited': whole,
  'vote.dropped'(state, d) { state.votes = state.votes.filter((one) => one.id !== d.id); },
  'vote.opened': whole,
  'vote.admitted': changed,
  'vote.extended': changed,
  'vote.counted': changed,
  'vote.closed': changed,
  'vote.published': changed,
  'vote.voided': changed,
};
