/**
 * Lists: J K walk the rows, X chooses, with Shift all from the one chosen last, A the whole page, O opens, Esc lets go;
 * chosen rows bring up the bar of acts, and what was chosen stays so when the list is read again.
 */
const rowsOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);
const linkOf = (row) => row?.querySelector('td.ty a, a');
const boxes = (table) => [...table.querySelectorAll('[data-check]')];
const tables = () => document.querySelectorAll('table[data-rows]');

/** Whether Shift was held at the last press, and the value of the row chosen last. */
let held = false;
let last;
/** Values chosen before the list was read again. */
let kept = new Set();

function step(table, by) {
  const rows = rowsOf(table).filter(linkOf);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
  linkOf(next)?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

function showChosen(table) {
  const all = boxes(table);
  const chosen = all.filter((box) => box.checked).length;
  const frame = table.closest('form, .o-list, .main') ?? document;
  const bar = frame.querySelector('[data-bulk]');
  if (bar) {
    bar.hidden = chosen === 0;
    bar.querySelector('[data-bulk-n]').textContent = chosen;
  }
  const head = table.querySelector('[data-check-all]');
  if (head) {
    head.checked = chosen > 0 && chosen === all.length;
    head.indeterminate = chosen > 0 && chosen < all.length;
  }
}

/** After the list was read again: what was chosen and still is there. */
function showAgain() {
  for (const table of tables()) {
    boxes(table).forEach((box) => (box.checked ||= kept.has(box.value)));
    showChosen(table);
  }
}

function reach(table, box) {
  const all = boxes(table);
  const from = all.findIndex((one) => one.value === last), to = all.indexOf(box);
  if (held && from >= 0) all.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((one) => (one.checked = box.checked));
  last = box.value;
}

function clear(table) {
  boxes(table).forEach((box) => (box.checked = false));
  last = undefined;
  showChosen(table);
}

/** A form for the chosen rows lies elsewhere on the page: it takes them along. */
function takeAlong(event) {
  const place = event.target.querySelector('[data-chosen]');
  if (!place) return;
  place.replaceChildren(...[...tables()].flatMap(boxes).filter((box) => box.checked).map((box) =>
    Object.assign(document.createElement('input'), { type: 'hidden', name: box.name, value: box.value })));
}

/**
 * @param {(target: EventTarget) => boolean} isTyping whether a letter is text there
 * @param {() => boolean} areKeysOn whether keys of one sign are switched on
 */
export function startRows(isTyping, areKeysOn) {
  for (const name of ['pointerdown', 'keydown']) document.addEventListener(name, (event) => (held = event.shiftKey), true);
  document.addEventListener('change', (event) => {
    const table = event.target.closest?.('table[data-rows]');
    if (!table) return;
    if (event.target.matches('[data-check-all]')) boxes(table).forEach((box) => (box.checked = event.target.checked));
    if (event.target.matches('[data-check]')) reach(table, event.target);
    if (event.target.matches('[data-check], [data-check-all]')) showChosen(table);
  });
  document.addEventListener('click', (event) => {
    if (event.target.closest('[data-bulk-clear]')) tables().forEach(clear);
  });
  document.addEventListener('submit', takeAlong, true);
  document.addEventListener('htmx:before:swap', () => (kept = new Set([...tables()].flatMap(boxes).filter((box) => box.checked).map((box) => box.value))));
  document.addEventListener('htmx:after:swap', showAgain);
  document.addEventListener('keydown', (event) => {
    const table = document.querySelector('table[data-rows]');
    if (!table || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const row = document.activeElement?.closest('table[data-rows] tbody tr');
    const key = event.key.toLowerCase();
    if (event.key === 'Escape') {
      if (document.querySelector(':popover-open') || !boxes(table).some((box) => box.checked)) return;
      clear(table);
    } else if (!areKeysOn()) return;
    else if (key === 'j' || key === 'k') step(table, key === 'j' ? 1 : -1);
    else if (key === 'x' && row) row.querySelector('[data-check]')?.click();
    else if (key === 'a' && table.querySelector('[data-check-all]')) table.querySelector('[data-check-all]').click();
    else if (key === 'o' && row) linkOf(row)?.click();
    else return;
    event.preventDefault();
  });
  tables().forEach(showChosen);
}
