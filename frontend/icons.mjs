/**
 * Makes intranet/static/icons.svg, one sprite, from the outline drawings named in icons.txt.
 * Run `node icons.mjs` after adding a name; the sprite is kept in git so that a page can be read without a build.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const drawings = join(here, 'node_modules/@tabler/icons/icons/outline');
const attributes = 'viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';

const names = [...new Set((await readFile(join(here, 'icons.txt'), 'utf8')).split(/\s+/).filter(Boolean))].sort();
const symbols = await Promise.all(names.map(async (name) => {
  const drawing = await readFile(join(drawings, `${name}.svg`), 'utf8');
  const paths = [...drawing.matchAll(/<path\b[^>]*\/>/g)].map(([path]) => path).filter((path) => !path.includes('M0 0h24v24H0z'));
  return `<symbol id="${name}" ${attributes}>${paths.join('')}</symbol>`;
}));
await writeFile(join(here, '../intranet/static/icons.svg'), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`);
process.stdout.write(`${names.length} icons\n`);
