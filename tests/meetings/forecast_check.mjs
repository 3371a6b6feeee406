// Reads cases [{state, now, told?}] and answers with what the browser's forecast and proposal make of each.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const folder = pathToFileURL(`${process.argv[2]}/`);
const { forecast } = await import(new URL('forecast.js', folder));
const { shorten } = await import(new URL('shares.js', folder));
const { spent } = await import(new URL('state.js', folder));
const cases = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(cases.map(({ state, now, told: server }) => {
  const told = forecast(state, now, spent, server);
  return { ...told, cuts: shorten(state.items, told.lose) };
})));
