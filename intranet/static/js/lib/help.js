/** The sheet of keys: what works on this screen, as it stands now. */
import { openDialog } from './dialogs.js';
import { word } from './words.js';

/** What an element with a key of its own says, without its key; acts on chosen rows say so. */
function rowOf(target) {
  const copy = target.cloneNode(true);
  copy.querySelectorAll('kbd, svg').forEach((one) => one.remove());
  const text = copy.textContent.trim() || target.getAttribute('aria-label');
  const row = document.createElement('div'), key = document.createElement('dt'), says = document.createElement('dd');
  key.append(Object.assign(document.createElement('kbd'), { textContent: target.dataset.key.toUpperCase() }));
  says.textContent = target.closest('[data-bulk]') ? word('key-chosen', { text }) : text;
  row.dataset.own = '';
  row.append(key, says);
  return row;
}

/**
 * Opens it.
 * @param {(letter: string) => Element|null|undefined} linkTo where g and a letter lead from here
 * @param {boolean} areKeysOn whether keys of one sign are switched on
 */
export function openHelp(linkTo, areKeysOn) {
  const help = document.getElementById('keys');
  const list = help?.querySelector('dl');
  if (!list) return;
  const isHere = ({ dataset: { leads, when } }) => (leads ? linkTo(leads) : !when || document.querySelector(when));
  list.querySelectorAll('[data-own]').forEach((one) => one.remove());
  for (const row of list.children) row.hidden = !isHere(row);
  const own = [...document.querySelectorAll('[data-key]')].filter((one) => /^[a-z]$/.test(one.dataset.key) && !one.closest('[hidden]:not([data-bulk])'));
  list.prepend(...own.map(rowOf));
  const letters = help.querySelector('[data-letters]');
  letters.checked = areKeysOn;
  letters.closest('label').hidden = !document.querySelector('.shell');
  openDialog(help);
}
