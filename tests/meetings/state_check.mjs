// Reads cases [{from, frames, to}] and checks that the browser's rules lead from one to the other, in any order of arrival.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { pathToFileURL } from 'node:url';

const { Chain } = await import(pathToFileURL(process.argv[2]));
const cases = JSON.parse(readFileSync(0, 'utf8'));
const same = (one, state) => {
  if (isDeepStrictEqual(one.state, state)) return;
  process.stderr.write(JSON.stringify({ cls: state.cls, got: one.state, want: state }, null, 1));
  process.exit(1);
};
for (const { from, frames, to } of cases) {
  for (const order of [frames, [...frames].reverse(), [...frames, ...frames]]) {
    const chain = new Chain();
    chain.welcome({ cls: 'x', mode: 'snapshot', state: from });
    for (const frame of order) chain.take([frame]);
    if (chain.hasGap) process.exit(2);
    same(chain, to);
  }
  // On the way into another room nothing fits what is held; once the answer is there everything does.
  const moving = new Chain();
  moving.welcome({ cls: 'y', mode: 'snapshot', state: { ...from, calls: null } });
  moving.hold();
  moving.take(frames);
  same(moving, { ...from, calls: null });
  moving.welcome({ cls: 'x', mode: 'snapshot', state: from });
  same(moving, to);
}
process.stdout.write(JSON.stringify({ cases: cases.length }));
