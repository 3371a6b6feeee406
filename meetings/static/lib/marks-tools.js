/** What a hand does with the tools that are no pen: a gesture for each, {move, up, cancel}, begun where it came down. */
import { isNear } from '@lib/ink-stroke.js';
import { toast } from '@lib/toast.js';
import { cut, draw, isWithin, moved, shape, UNIT } from './marks-draw.js';
import { marked, nearest, words } from './marks-words.js';
import { word } from './page.js';

/** The least length of an arrow or side of a box, and the eraser's reach, points. */
const LEAST = 4, ERASER = 6;
/** A text box where the page was only touched, points. */
const WIDE = 180, HIGH = 54;
const WIDTH = 150, SIZE = 1200;

const order = ([ax, ay], [bx, by]) => [Math.min(ax, bx), Math.min(ay, by), Math.max(ax, bx), Math.max(ay, by)];
const far = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by) / UNIT;

/**
 * @param {object} notes {ink, hand}
 * @param {{words: Function, chosen: {on: Function, set: Function}}} ask for the words of a note or text box; what is chosen
 */
export function tools(notes, ask) {
  const { ink, hand } = notes;
  const on = (layer, kind, d) => ({ file: layer.file, page: layer.page, kind, d: { kind, ...d } });
  const show = (layer, ...parts) => layer.live.replaceChildren(...parts);

  const ofText = (kind) => (layer, event) => {
    const list = words(layer);
    const first = nearest(layer, list, event);
    if (first < 0) {
      if (!list.length) toast(word('mark-no-text'), { tone: 'warn' });
      return { up() {} };
    }
    let last = first;
    const made = () => on(layer, kind, { rgb: hand.rgb, ...marked(layer, list, first, last) });
    show(layer, draw(made()));
    return {
      move(_point, at) { const n = nearest(layer, list, at); if (n >= 0 && n !== last) { last = n; show(layer, draw(made())); } },
      up() { ink.draw(made()); },
    };
  };

  const dragged = (make, done) => (layer, _event, from) => ({
    move(to) { const mark = make(layer, from, to); if (mark) show(layer, draw(mark)); },
    up(to) { done(layer, make(layer, from, to), from); },
  });
  const box = (layer, a, b) => { const rect = order(a, b); return Math.min(rect[2] - rect[0], rect[3] - rect[1]) / UNIT < LEAST ? null : on(layer, 'box', { rgb: hand.rgb, w: WIDTH, rect }); };
  const arrow = (layer, a, b) => (far(a, b) < LEAST ? null : on(layer, 'arrow', { rgb: hand.rgb, w: WIDTH, ends: [...a.slice(0, 2), ...b.slice(0, 2)] }));
  const keep = (_layer, mark) => { if (mark) ink.draw(mark); };

  /** Where a text box lies that was only tapped: to the right and down from there, as one reads. */
  const spread = (layer, [x, y]) => {
    const turn = layer.view.rotation % 360;
    const [right, down] = { 0: [[1, 0], [0, -1]], 90: [[0, 1], [1, 0]], 180: [[-1, 0], [0, 1]], 270: [[0, -1], [-1, 0]] }[turn];
    return order([x, y], [x + (right[0] * WIDE + down[0] * HIGH) * UNIT, y + (right[1] * WIDE + down[1] * HIGH) * UNIT]);
  };
  const textBox = (layer, shown, from) => {
    const rect = shown?.d.rect ?? spread(layer, from);
    ask.words(on(layer, 'text', { rgb: hand.rgb, rect, text: '', size: SIZE, turn: layer.view.rotation % 360 }));
  };

  const eraser = (layer, _event, from) => {
    const places = [from], hit = new Map(), whole = new Map();
    const rub = (fresh) => {
      for (const one of ink.on(layer.file, layer.page)) {
        if (one.kind && one.kind !== 'ink') {
          const [x, y] = places.at(-1);
          if (!whole.has(one.id) && hand.touches(one, x / UNIT, y / UNIT, ERASER)) { whole.set(one.id, one); layer.element(one.id)?.setAttribute('opacity', '.15'); }
          continue;
        }
        if (!hit.has(one.id) && !fresh.some(([x, y]) => isNear(one, x / UNIT, y / UNIT, ERASER))) continue;
        const left = cut(one, places, ERASER);
        if (left) { hit.set(one.id, [one, left]); layer.element(one.id)?.setAttribute('visibility', 'hidden'); }
      }
      show(layer, ...[...hit.values()].flatMap(([, left]) => left.map((piece) => hand.path(piece))));
    };
    rub(places);
    return {
      move(to) {
        const last = places.at(-1), steps = Math.max(1, Math.ceil(far(last, to) / ERASER));
        const fresh = Array.from({ length: steps }, (_, n) => [last[0] + ((to[0] - last[0]) * (n + 1)) / steps, last[1] + ((to[1] - last[1]) * (n + 1)) / steps]);
        places.push(...fresh);
        rub(fresh);
      },
      up() { if (hit.size || whole.size) ink.act({ del: [...[...hit.values()].map(([one]) => one), ...whole.values()], add: [...hit.values()].flatMap(([, left]) => left) }); },
      cancel() { for (const id of [...hit.keys(), ...whole.keys()]) { layer.element(id)?.removeAttribute('visibility'); layer.element(id)?.removeAttribute('opacity'); } },
    };
  };

  const lasso = (layer, _event, from) => {
    const held = ask.chosen.on(layer, from);
    if (held) return shift(layer, held, from);
    const line = [from.slice(0, 2)];
    return {
      move(to) {
        line.push(to.slice(0, 2));
        show(layer, shape('path', { class: 'm-lasso', d: `M${line.map(([x, y]) => `${x / UNIT} ${y / UNIT}`).join('L')}Z` }));
      },
      up() {
        const around = line.map(([x, y]) => [x / UNIT, y / UNIT]);
        const [xs, ys] = [around.map(([x]) => x), around.map(([, y]) => y)];
        const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
        const found = line.length > 2 ? ink.on(layer.file, layer.page).filter((one) => isWithin(one, around, box)) : [];
        const tapped = line.length > 3 ? null : ink.on(layer.file, layer.page).findLast((one) => one.kind && one.kind !== 'ink' && hand.touches(one, from[0] / UNIT, from[1] / UNIT, ERASER));
        ask.chosen.set(layer, tapped ? [tapped] : found);
      },
    };
  };

  const shift = (layer, marks, from) => {
    const by = (to) => [to[0] - from[0], to[1] - from[1]];
    const slid = (to) => { const [dx, dy] = by(to); for (const one of marks) layer.element(one.id)?.setAttribute('transform', `translate(${dx / UNIT} ${dy / UNIT})${layer.element(one.id).dataset.own ?? ''}`); };
    for (const one of marks) { const path = layer.element(one.id); if (path && path.dataset.own === undefined) path.dataset.own = path.getAttribute('transform') ? ` ${path.getAttribute('transform')}` : ''; }
    return {
      move: slid,
      up(to) {
        const [dx, dy] = by(to);
        if (Math.hypot(dx, dy) < UNIT) { ask.chosen.set(layer, marks); return; }
        ink.act({ set: marks.map((one) => [one, moved(one, dx, dy)]) });
        ask.chosen.set(layer, marks.map((one) => ink.get(one.id)));
      },
      cancel() { slid(from); },
    };
  };

  return {
    highlight: ofText('highlight'), underline: ofText('underline'), strike: ofText('strike'),
    note: (layer) => ({ up(to) { ask.words(on(layer, 'note', { rgb: 'ffd94a', at: to.slice(0, 2), text: '' })); } }),
    text: dragged((layer, a, b) => box(layer, a, b), textBox), arrow: dragged(arrow, keep), box: dragged(box, keep),
    part: eraser, lasso,
  };
}

/** Marks the words that the browser's own selection covers: a way without drawing, by the keyboard too. */
export function markSelection(notes, layer, kind, range, list) {
  notes.ink.draw({ file: layer.file, page: layer.page, kind, d: { kind, rgb: notes.hand.rgb, ...marked(layer, list, ...range) } });
  getSelection().removeAllRanges();
}
