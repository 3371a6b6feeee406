/** How positions, the consent block, the chair's handing over and conclusions change what a tablet holds. */
const counted = (state, d) => { if ('n' in d) state.concl = d.n; };

export const rules = {
  'position.set'(state, { position }) {
    const known = state.positions.findIndex((one) => one.item === position.item && one.p === position.p);
    if (known >= 0) state.positions[known] = position;
    else state.positions.push(position);
  },
  'consent.adopted'(state, d) {
    for (const one of state.items) if (d.items.includes(one.id)) Object.assign(one, { st: 'done', ended: d.at });
  },
  'role.asked'(state, { wish }) { state.wish = wish; },
  'role.transferred'(state) { if ('wish' in state) state.wish = null; },
  'conclusion.recorded': counted,
  'conclusion.cancelled': counted,
};
