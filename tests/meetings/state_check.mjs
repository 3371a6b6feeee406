// Reads cases [{from, frames, to}] and checks that the browser's rules lead from one to the other, in any order of arrival.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { pathToFileURL } from 'node:url';

const { Chain } = await import(pathToFileURL(process.argv[2]));
const cases = JSON.parse(readFileSync(0, 'utf8'));
for (const { from, frames, to } of cases)
  for (const order of [frames, [...frames].reverse(), [...frames, ...frames]]) {
    const chain = new Chain();
    chain.welcome({ cls: 'x', mode: 'snapshot', state: from });
    for (const frame of order) chain.take([frame]);
    if (chain.hasGap || !isDeepStrictEqual(chain.state, to)) {
      process.stderr.write(JSON.stringify({ cls: to.cls, got: chain.state, want: to }, null, 1));
      process.exit(1);
    }
  }
process.stdout.write(JSON.stringify({ cases: cases.length }));
