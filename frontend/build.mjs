/**
 * Bundles the browser's code into intranet/static/dist/ and writes manifest.json there.
 *
 * Entry points are found, never listed:
 *   intranet/static/js/<name>.js     -> "<name>.js"            (shared modules lie in js/lib/ and are imported)
 *   <wing>/static/<name>.js          -> "<wing>/<name>.js"     (a wing's own modules lie in <wing>/static/lib/)
 *   intranet/static/css/<name>.css   -> "<name>.css"           (its parts lie in css/parts/)
 *   <wing>/static/<name>.css         -> "<wing>/<name>.css"
 *   intranet/static/<name>.svg       -> "<name>.svg"     (icons, drawings, the mark)
 * `boot.js` and `sw.js` run before or outside modules, `kept.js` where nothing else may be had: one classic file each.
 * Shared modules are imported as '@lib/<name>.js' from anywhere.
 * Fonts that the style names are in the manifest too ("fonts/<file>.woff2"), so that a page may preload them.
 *
 *   node build.mjs            bundle (about a second; fonts.py must have run once)
 *   node build.mjs --watch    bundle again after every change
 *   node build.mjs --clean    remove what earlier builds left, then bundle
 */
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, watch } from 'node:fs';
import { cp, copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '..');
const shared = join(root, 'intranet/static');
const out = join(shared, 'dist');
const wings = ['documents', 'meetings', 'mail'];
const classic = new Set(['boot', 'kept', 'sw']);
/** Files of an earlier build stay this long (ms), so that a page being read while we build still finds its own. */
const grace = 10 * 60 * 1000;

const posix = (path) => path.split(sep).join('/');

async function names(folder, ext) {
  if (!existsSync(folder)) return [];
  const found = await readdir(folder, { withFileTypes: true });
  return found.filter((f) => f.isFile() && f.name.endsWith(ext)).map((f) => f.name.slice(0, -ext.length)).sort();
}

/** Every entry as {in, out, classic}; `out` is its name in the manifest without the ending. */
async function entries() {
  const places = [[join(shared, 'js'), '', '.js'], [join(shared, 'css'), '', '.css']];
  for (const wing of wings) places.push([join(root, wing, 'static'), `${wing}/`, '.js'], [join(root, wing, 'static'), `${wing}/`, '.css']);
  const list = [];
  for (const [folder, prefix, ext] of places)
    for (const name of await names(folder, ext))
      list.push({ in: join(folder, name + ext), out: prefix + name, classic: ext === '.js' && classic.has(name) });
  return list;
}

const plain = (entry) => ({ in: entry.in, out: entry.out });

/** The sockets speak websocket alone (the server allows nothing else): the other transports stay out of the bundle. */
const websocketOnly = {
  name: 'websocket-only',
  setup(bundle) {
    const empty = 'export class XHR {} export class WT {} export class Fetch {}';
    bundle.onLoad({ filter: /engine\.io-client\/build\/esm\/transports\/(polling[\w.-]*|webtransport)\.js$/ }, () => ({ contents: empty }));
  },
};

const common = {
  absWorkingDir: root, outdir: out, bundle: true, minify: true, metafile: true, charset: 'utf8', legalComments: 'none',
  target: ['chrome109', 'safari16.4', 'firefox115'], logLevel: 'warning',
  entryNames: '[dir]/[name]-[hash]', chunkNames: 'c/[name]-[hash]', assetNames: 'a/[name]-[hash]',
  loader: { '.woff2': 'file', '.svg': 'file', '.png': 'file' },
  nodePaths: [join(here, 'node_modules')],
  plugins: [websocketOnly],
  alias: { '@lib': join(shared, 'js/lib'), '@orchidjs/unicode-variants': join(shared, 'js/lib/fold.js') },
};

async function hashed(name, file) {
  const bytes = await readFile(file);
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8).toUpperCase();
  const target = name.replace(/(\.\w+)$/, `-${hash}$1`);
  await writeFile(join(out, target), bytes);
  return target;
}

/** Everything that a page with one of these scripts may ever load, so that a device can keep it: parts.json. */
const followed = { 'meetings/room.js': ['boot.js', 'room.css', 'icons.svg', 'mark.svg', 'art.svg', 'pdfjs/pdf.worker.min.mjs'], 'meetings/kept.js': ['boot.js', 'app.css', 'meetings/kept.css', 'icons.svg', 'mark.svg', 'art.svg'] };
async function partsOf(manifest, outputs, version) {
  const fonts = Object.entries(manifest).filter(([name]) => name.startsWith('fonts/') && !name.includes('tinos')).map(([, file]) => file);
  const pdf = await Promise.all(['standard_fonts', 'wasm'].map((part) => filesUnder(join(out, `pdfjs-${version}`, part))));
  const found = {};
  for (const [entry, more] of Object.entries(followed)) {
    const reached = new Set();
    const waiting = [manifest[entry]];
    for (let name; (name = waiting.pop()); ) {
      if (reached.has(name)) continue;
      reached.add(name);
      for (const one of outputs.get(name)?.imports ?? []) if (!one.external) waiting.push(posix(relative(out, resolve(root, one.path))));
    }
    // A room fetches its sheets when they are wanted, by names that no script imports.
    const sheets = entry === 'meetings/room.js' ? Object.keys(manifest).filter((name) => /^meetings\/.*\.css$/.test(name)) : [];
    const reader = entry === 'meetings/room.js' ? pdf.flat().map((path) => posix(relative(out, path))).filter((name) => !/LICENSE|nowasm|quickjs/.test(name)) : [];
    found[entry] = [...new Set([...reached, ...[...more, ...sheets].map((name) => manifest[name]), ...fonts, ...reader])].sort();
  }
  return found;
}

/** PDF.js asks for these beside its worker, by fixed names: the folder carries the version, so that all may be cached. */
async function pdfjs() {
  const from = join(here, 'node_modules/pdfjs-dist');
  const { version } = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'));
  const to = join(out, `pdfjs-${version}`);
  const stamp = join(to, 'version.txt');
  if (existsSync(stamp)) return version;
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const part of ['cmaps', 'standard_fonts', 'wasm', 'iccs']) await cp(join(from, part), join(to, part), { recursive: true });
  await copyFile(join(from, 'legacy/build/pdf.worker.min.mjs'), join(to, 'pdf.worker.min.mjs'));
  await writeFile(stamp, version);
  return version;
}

async function filesUnder(folder) {
  const found = [];
  for (const f of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, f.name);
    if (f.isDirectory()) found.push(...(await filesUnder(path)));
    else found.push(path);
  }
  return found;
}

async function sweep(kept) {
  const now = Date.now();
  for (const path of await filesUnder(out)) {
    const name = posix(relative(out, path));
    if (kept.has(name) || name.startsWith('pdfjs-') || name.startsWith('fonts/')) continue;
    if (now - (await stat(path)).mtimeMs > grace) await rm(path, { force: true });
  }
}

async function bundle() {
  const began = Date.now();
  if (!existsSync(join(out, 'fonts/inter-digits.woff2'))) throw new Error('fonts are missing: run "python frontend/fonts.py" first');
  const all = await entries();
  const [version, ...made] = await Promise.all([
    pdfjs(),
    build({ ...common, entryPoints: all.filter((e) => !e.classic).map(plain), splitting: true, format: 'esm' }),
    ...all.filter((e) => e.classic).map((e) => build({ ...common, entryPoints: [plain(e)], format: 'iife' })),
  ]);
  const manifest = {};
  const kept = new Set(['manifest.json', 'parts.json']);
  const outputs = new Map();
  for (const result of made)
    for (const [path, info] of Object.entries(result.metafile.outputs)) {
      const name = posix(relative(out, resolve(root, path)));
      kept.add(name);
      outputs.set(name, info);
      const plainName = name.replace(/-[A-Z0-9]{8}(\.\w+)$/, '$1');
      if (info.entryPoint) manifest[plainName] = name;
      else if (name.endsWith('.woff2')) manifest[plainName.replace(/^a\//, 'fonts/')] = name;
    }
  for (const name of await names(shared, '.svg')) {
    manifest[`${name}.svg`] = await hashed(`${name}.svg`, join(shared, `${name}.svg`));
    kept.add(manifest[`${name}.svg`]);
  }
  manifest['pdfjs/pdf.worker.min.mjs'] = `pdfjs-${version}/pdf.worker.min.mjs`;
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => a.localeCompare(b)));
  for (const [name, said] of [['parts', await partsOf(manifest, outputs, version)], ['manifest', sorted]]) {
    const fresh = join(out, `${name}.${process.pid}.json`);
    await writeFile(fresh, JSON.stringify(said, null, 1));
    await rename(fresh, join(out, `${name}.json`));
  }
  await sweep(kept);
  process.stdout.write(`${Object.keys(sorted).length} assets in ${Date.now() - began} ms\n`);
}

async function clean() {
  if (!existsSync(out)) return;
  for (const name of await readdir(out)) if (name !== 'fonts' && !name.startsWith('pdfjs-')) await rm(join(out, name), { recursive: true, force: true });
}

if (process.argv.includes('--clean')) await clean();
await mkdir(out, { recursive: true });
await bundle();

if (process.argv.includes('--watch')) {
  let waiting;
  const again = (event, name) => {
    if (name && posix(String(name)).startsWith('dist/')) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => bundle().catch((error) => process.stderr.write(`${error.message}\n`)), 80);
  };
  for (const folder of [shared, ...wings.map((w) => join(root, w, 'static'))])
    if (existsSync(folder)) watch(folder, { recursive: true }, again);
}
