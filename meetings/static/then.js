/** The reader's own marks that stayed on an earlier version of a paper, over its pages: seen, never changed. */
import { strokePath } from '@lib/ink-layer.js';
import { unpacked } from '@lib/ink-pack.js';
import { draw, shape } from './lib/marks-draw.js';

/** So far around its point a note is ringed, points; what it says is told when one points at it. */
const RING = 9;

const box = document.querySelector('[data-then]');
const marks = JSON.parse(box.dataset.then);

function drawn({ id, page, d }) {
  const mark = unpacked(id, '', page, d);
  if (d.kind === 'bookmark') return null;
  if (d.kind !== 'note') return mark.kind ? draw(mark) : strokePath(mark);
  const [x, y] = d.at.map((v) => v / 100);
  return shape('circle', { class: 'm-at', cx: x, cy: y, r: RING }, shape('title', {}, d.text));
}

function over(host, viewport, page) {
  host.querySelector(':scope > .ink')?.remove();
  const parts = marks.filter((one) => one.page === page).map(drawn).filter(Boolean);
  if (!parts.length) return;
  const unit = viewport.clone({ scale: 1 });
  const group = shape('g', { transform: `matrix(${unit.transform.join(' ')})` }, ...parts);
  const sheet = shape('svg', { class: 'ink', role: 'img', 'aria-label': box.dataset.said, viewBox: `0 0 ${unit.width} ${unit.height}` }, group);
  if (sheet.querySelector('.mul')) sheet.style.mixBlendMode = 'multiply';
  host.append(sheet);
}

const host = box.querySelector('[data-reader]');
if (host.reader) host.reader.decorate(over);
else host.addEventListener('reader:ready', ({ detail }) => detail.decorate(over), { once: true });
