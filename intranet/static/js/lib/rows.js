/** Lists: J K walk the rows, X chooses, O opens, Esc lets go; chosen rows bring up the bar of acts. */
import { isTyping } from './keys.js';

const rowsOf = (table) => [...table.tBodies].flatMap((body) => [...body.rows]);
const linkOf = (row) => row?.querySelector('td.ty a, a');
const boxes = (table) => [...table.querySelectorAll('[data-check]')];

function step(table, by) {
  const rows = rowsOf(table).filter(linkOf);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))];
  linkOf(next)?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

export function showChosen(table) {
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

function clear(table) {
  boxes(table).forEach((box) => (box.checked = false));
  showChosen(table);
}

export function startRows() {
  document.addEventListener('change', (event) => {
    const table = event.target.closest?.('table[data-rows]');
    if (!table) return;
    if (event.target.matches('[data-check-all]')) boxes(table).forEach((box) => (box.checked = event.target.checked));
    if (event.target.matches('[data-check], [data-check-all]')) showChosen(table);
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('[data-bulk-clear]')) return;
    document.querySelectorAll('table[data-rows]').forEach(clear);
  });
  document.addEventListener('keydown', (event) => {
    const table = document.querySelector('table[data-rows]');
    if (!table || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const row = document.activeElement?.closest('table[data-rows] tbody tr');
    const key = event.key.toLowerCase();
    if (key === 'j' || key === 'k') step(table, key === 'j' ? 1 : -1);
    else if (key === 'x' && row) row.querySelector('[data-check]')?.click();
    else if (key === 'o' && row) linkOf(row)?.click();
    else if (event.key === 'Escape' && boxes(table).some((box) => box.checked)) clear(table);
    else return;
    event.preventDefault();
  });
  document.querySelectorAll('table[data-rows]').forEach(showChosen);
}
