// Reads {papers, places, strokes} and writes what the browser's own code makes of them, with PDF.js's viewports.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [, , root] = process.argv;
const load = (path) => import(pathToFileURL(`${root}/${path}`));
const [pdfjs, { onPage, onScreen }, { simplified }, { cut }] = await Promise.all([
  load('frontend/node_modules/pdfjs-dist/legacy/build/pdf.mjs'), load('intranet/static/js/lib/ink-place.js'),
  load('intranet/static/js/lib/ink-long.js'), load('meetings/static/lib/marks-draw.js'),
]);
const { papers, places, strokes, cuts } = JSON.parse(readFileSync(0, 'utf8'));
const pages = await Promise.all(papers.map(async (data) => {
  const doc = await pdfjs.getDocument({ data: new Uint8Array(Buffer.from(data, 'base64')), verbosity: 0 }).promise;
  return doc.getPage(1);
}));
const there = places.map(({ paper, scale, turn, left, top, x, y }) => {
  const page = pages[paper];
  const view = page.getViewport({ scale, rotation: (page.rotate + turn) % 360 });
  // The page's element is as many whole pixels wide as fit.
  const box = { left, top, width: Math.floor(view.width), height: Math.floor(view.height) };
  const at = [left + x * box.width, top + y * box.height];
  const held = onPage(view, box, ...at);
  const back = onScreen(view, box, held);
  const later = page.getViewport({ scale: 1, rotation: page.rotate });
  const shown = later.convertToViewportPoint(held[0] / 100, held[1] / 100);
  return { held, off: Math.hypot(back[0] - at[0], back[1] - at[1]) / (scale * page.userUnit), unit: [shown[0] / later.width, shown[1] / later.height] };
});
process.stdout.write(JSON.stringify({
  there, long: strokes.map((pts) => simplified({ pts, pr: [] }).map((one) => one.pts)),
  cut: cuts.map(({ pts, places: rubbed, radius }) => cut({ id: 'x', w: 200, pts, pr: [] }, rubbed, radius)?.map((one) => one.pts) ?? null),
}));
