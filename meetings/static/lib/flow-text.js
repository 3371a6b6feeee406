/**
 * The words of a page as they are read on a narrow screen: paragraphs, headings, and the rows of tables. Nothing in a PDF
 * says which is which; where the pieces of text lie does.
 */

/** In heights of a line: pieces that far apart on a line are not one run of words; columns are at least that far apart. */
const APART = 1.2, RIVER = 0.4;
/** In heights of a line: a line further down than this begins a paragraph, or a row; capitals closer than this are one title. */
const NEXT = 1.9, ROW = 1.7, CLOSE = 1.35;
/** So many pieces of one cell in a row may have nothing beside them. */
const LONE = 4;
const heading = /^(\d{1,2}\.\s|[IVX]{1,5}\.\s|(Điều|Chương|Mục|Phần|Phụ lục)\s+[\dIVX]+\b)/u;
const listed = /^([-–+•*]\s|\d{1,2}\.\s|\d{1,2}\)\s|[a-zđ]\)\s)/u;
const figure = /^[(+\-–−]?\s?\d[\d.,/ ]*\s?%?\)?$/u;
const order = /^\(?([\dIVXivx]{1,5}|[a-zđ])[.)]?$/u;

const times = ([a, b, c, d, e, f], [g, h, i, j, k, l]) => [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
const share = (list, is) => list.filter(is).length / Math.max(1, list.length);

/**
 * Runs of words, in the order of the file.
 * @param {object[]} items as PDF.js gives them
 * @param {object} view the page's viewport at scale 1: places are as the page is looked at, from its upper left corner
 */
function runsOf(items, view) {
  const runs = [];
  let last = null;
  for (const { str, hasEOL, transform, width, height } of items) {
    if (str.trim()) {
      const at = times(view.transform, transform);
      const [x, y, high] = [at[4], at[5], Math.hypot(at[2], at[3]) || height];
      const gap = last ? x - last.right : 0;
      if (!last || Math.abs(last.y - y) > high / 2 || gap > high * APART || gap < -high) runs.push(last = { text: str, x, y, high });
      else last.text += (gap > high / 4 && !/\s$/.test(last.text) ? ' ' : '') + str;
      last.right = x + width;
    } else if (last && str) last.text += ' ';
    if (hasEOL) last = null;
  }
  for (const one of runs) Object.assign(one, { text: one.text.trim().replace(/\s+/g, ' ').normalize('NFC'), top: one.y - one.high * 0.8, end: one.y + one.high * 0.2 });
  return runs.filter((one) => one.text);
}

const isLevel = (a, b) => Math.min(a.end, b.end) - Math.max(a.top, b.top) > 0.4 * Math.min(a.high, b.high);
const isBeside = (a, b) => isLevel(a, b) && Math.max(b.x - a.right, a.x - b.right) > RIVER * a.high;

/** Parts of the page in their order: runs that stand alone on their line, and those of blocks with columns. */
function split(runs) {
  const paired = runs.map((one) => runs.some((other) => other !== one && isBeside(one, other)));
  const [left, right] = [Math.min(...runs.map((one) => one.x)), Math.max(...runs.map((one) => one.right))];
  const parts = [];
  for (let n = 0; n < runs.length; n += 1) {
    const block = parts.at(-1)?.isBlock ? parts.at(-1).runs : null;
    const near = block && runs[n].top - block.at(-1).end < runs[n].high;
    const isInside = near && runs[n].right - runs[n].x < 0.6 * (right - left) && (Math.abs(runs[n].x - block.at(-1).x) < 2 || paired.slice(n + 1, n + LONE).includes(true));
    const isOf = paired[n] || Boolean(isInside);
    if (isOf !== parts.at(-1)?.isBlock) parts.push({ isBlock: isOf, runs: [] });
    parts.at(-1).runs.push(runs[n]);
  }
  return parts;
}

/** Where the columns of a block begin. Words over several of them, as heads and titles are, do not join those. */
function columns(runs) {
  const isOver = (one) => runs.some((a) => a !== one && a.right > one.x && a.x < one.right && runs.some((b) => b.x > a.x && b !== one && isBeside(a, b) && b.x < one.right));
  const found = [];
  for (const { x, right, high } of runs.filter((one) => !isOver(one)).sort((a, b) => a.x - b.x)) {
    const last = found.at(-1);
    if (last && x < last.right + RIVER * high) last.right = Math.max(last.right, right);
    else found.push({ x, right });
  }
  return found;
}

/** Cells of a block, row by row: each is the list of its runs. A cell further left than the one before begins a row. */
function rowsOf(runs, cols) {
  const column = (one) => Math.max(0, cols.findLastIndex((col) => col.x - one.high / 2 <= (one.x + Math.min(one.right, one.x + one.high)) / 2));
  const rows = [];
  let before = null;
  for (const one of runs) {
    const at = column(one);
    const isNew = !before || at < before.at || (at === before.at && one.y - before.one.y > ROW * one.high) || one.top > rows.at(-1).end + ROW * one.high;
    if (isNew) rows.push({ cells: cols.map(() => []), end: one.end });
    const row = rows.at(-1);
    row.cells[at].push(one);
    row.end = Math.max(row.end, one.end);
    before = { at, one };
  }
  return rows.map(({ cells }) => cells);
}

/** Words with the places they came from, so that marks are found again in them. */
function piece(runs) {
  let text = '';
  const from = [];
  for (const one of runs) {
    const isWhole = !text || /[-/]$/.test(text) && /^\d/.test(one.text);
    text += `${isWhole ? '' : ' '}${one.text}`;
    from.push({ from: text.length - one.text.length, to: text.length, x: one.x, right: one.right, top: one.top, end: one.end });
  }
  return { text, from, top: Math.min(...runs.map((one) => one.top)) };
}

const isLoud = (text) => text.length > 3 && text === text.toLocaleUpperCase('vi') && /\p{L}/u.test(text);

/** Lines joined to paragraphs: one begins further down, further in, with a sign of a list, or after a line that ended short. */
function paragraphs(runs) {
  const edge = Math.max(...runs.map((one) => one.right)), left = Math.min(...runs.map((one) => one.x));
  const said = [];
  let before = null;
  for (const one of runs) {
    const isName = before && isLoud(before.text) && isLoud(one.text) && one.y - before.y < one.high * CLOSE;
    const isShort = before && !isName && edge - before.right > one.high * 4 && !/[,\p{Ll}]$/u.test(before.text);
    const isIn = before && one.x - left > one.high && one.x - before.x > one.high && edge - one.right < one.high;
    const isNew = !before || one.y - before.y > before.high * NEXT || one.y < before.y - one.high / 2 || isShort || isIn || (listed.test(one.text) && /[.;:]$/.test(before.text));
    if (isNew) said.push([one]);
    else said.at(-1).push(one);
    before = one;
  }
  return said.map((some) => {
    const made = piece(some);
    const isShort = made.text.length < 140 && !/[.;:,]$/.test(made.text);
    return { ...made, kind: isShort && heading.test(made.text) ? 'head' : isShort && isLoud(made.text) ? 'loud' : 'text' };
  });
}

const said = (cell) => (cell.length ? piece(cell) : null);

/** The rows of a table with the names of its columns; null when the block is no table: what stands at the head of a letter, or signs it. */
function table(rows) {
  const width = rows[0].length;
  const cells = rows.map((row) => row.map(said));
  const isFigure = (one) => one !== null && figure.test(one.text);
  const values = cells.slice(1).flatMap((row) => row.slice(1)).filter(Boolean);
  if (rows.length < 2 || width < 2 || (width < 3 && (rows.length < 3 || share(values, isFigure) < 0.5))) return null;
  let high = cells.findIndex((row) => row.some(isFigure));
  // Names are in the first row where nothing is a figure, or the first row has some: a row of names alone otherwise.
  if (high < 0) high = 1;
  const names = cells.slice(0, Math.min(high, 3));
  const body = cells.slice(names.length).filter((row) => !row.every((one) => one === null || /^\(?[\dA-Z]\)?$/.test(one.text)));
  const numbered = share(body.map((row) => row[0]).filter(Boolean), (one) => order.test(one.text)) > 0.8 && width > 2;
  const label = (at) => names.map((row) => row[at]?.text).filter(Boolean).join(' ');
  const rowOf = (row) => {
    const at = numbered && row[1] ? 1 : row.findIndex(Boolean);
    const cells = row.map((one, n) => ({ label: label(n), said: one })).filter((one, n) => one.said && n > at);
    return { no: at > 0 && numbered ? row[0]?.text : null, title: row[at], cells };
  };
  return { kind: 'rows', top: cells.flat().find(Boolean).top, rows: body.filter((row) => row.some(Boolean)).map(rowOf) };
}

/**
 * What a page says, in order: {kind: text | head | loud, text, from, top} and {kind: rows, rows, top}.
 * @param {object[]} items
 * @param {object} view
 */
export function pieces(items, view) {
  const runs = runsOf(items, view);
  if (!runs.length) return [];
  return split(runs).flatMap(({ isBlock, runs: some }) => {
    if (!isBlock) return paragraphs(some);
    const cols = columns(some), rows = rowsOf(some, cols);
    return table(rows) ?? cols.flatMap((_, at) => paragraphsOf(rows.flatMap((row) => row[at])));
  });
}

const paragraphsOf = (runs) => (runs.length ? paragraphs(runs) : []);

/** Lines that were read from the picture of a page, as PDF.js gives words of text. */
export const itemsOf = (lines) => lines.map(({ t, box: [x0, y0, x1, y1] }) => ({ str: t, hasEOL: true, transform: [1, 0, 0, y1 - y0, x0, y0 + (y1 - y0) * 0.2], width: x1 - x0, height: y1 - y0 }));

/**
 * Which letters of a piece a mark of text lies on: whole words, by the words that it names where they are there.
 * @param {{from: object[], text: string}} one
 * @param {number[][]} quads boxes [x0, y0, x1, y1] of its lines, as the page is looked at
 * @returns {[number, number] | null}
 */
export function covered(one, quads, quote = '') {
  let [from, to] = [Infinity, -1];
  for (const [x0, y0, x1, y1] of quads)
    for (const run of one.from) {
      const middle = (run.top + run.end) / 2;
      if (middle < y0 || middle > y1 || x1 <= run.x || x0 >= run.right) continue;
      const letter = (x) => run.from + Math.round(((Math.min(run.right, Math.max(run.x, x)) - run.x) / (run.right - run.x)) * (run.to - run.from));
      [from, to] = [Math.min(from, letter(x0)), Math.max(to, letter(x1))];
    }
  if (to <= from) return null;
  const named = quote.replace(/\s+/g, ' ').trim().normalize('NFC');
  const places = [];
  for (let at = named ? one.text.indexOf(named) : -1; at >= 0; at = one.text.indexOf(named, at + 1)) places.push(at);
  if (places.length) {
    const [best] = places.sort((a, b) => Math.abs(a - from) - Math.abs(b - from));
    return [best, best + named.length];
  }
  while (from > 0 && /\S/.test(one.text[from - 1])) from -= 1;
  while (to < one.text.length && /\S/.test(one.text[to])) to += 1;
  return [from, to];
}
