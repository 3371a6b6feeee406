// Reads cases [{ops, versions, past}] and checks that the browser merges to the same versions of a mark.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const { merge } = await import(pathToFileURL(resolve(process.argv[2])));
const cases = JSON.parse(readFileSync(0, 'utf8'));
for (const { ops, versions, past } of cases) {
  let held = { versions: [], past: {} };
  for (const [lam, dev, text, seen] of ops) held = merge(held, { lam, dev, text }, seen);
  const got = held.versions.map(({ lam, dev, text }) => [lam, dev, text]);
  if (!isDeepStrictEqual(got, versions) || !isDeepStrictEqual({ ...held.past }, past)) {
    process.stderr.write(JSON.stringify({ ops, got, versions, past, held }, null, 1));
    process.exit(1);
  }
}
process.stdout.write(JSON.stringify({ cases: cases.length }));
