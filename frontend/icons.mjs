/**
 * Makes intranet/static/icons.svg, one sprite, from the outline drawings of Tabler Icons named in icons.txt.
 * Run `node icons.mjs` after adding a name; the sprite is kept in git so that a page can be read without a build.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const drawings = JSON.parse(await readFile(join(here, 'node_modules/@iconify-json/tabler/icons.json'), 'utf8')).icons;
const attributes = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';

const names = [...new Set((await readFile(join(here, 'icons.txt'), 'utf8')).split(/\s+/).filter(Boolean))].sort();
const symbols = names.map((name) => {
  const lines = [...drawings[name].body.matchAll(/ d="([^"]+)"/g)].map(([, line]) => `<path d="${line}"/>`);
  return `<symbol id="${name}" ${attributes}>${lines.join('')}</symbol>`;
});
await writeFile(join(here, '../intranet/static/icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`);
process.stdout.write(`${names.length} icons\n`);
