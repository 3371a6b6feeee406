/** Keys outside of fields: / search, g then a letter goes somewhere, ? help, data-key="n" presses that element. */
import { openDialog } from './dialogs.js';

const places = { d: '/', i: '/documents/incoming', o: '/documents/outgoing', t: '/tasks', m: '/meetings', l: '/mail' };
/** How long (ms) after g the second letter counts. */
const pause = 1200;

/** True where a letter is text: fields, editable text, an open dialog. */
export function isTyping(target) {
  return Boolean(target?.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]'));
}

function go(letter) {
  const path = places[letter];
  if (!path) return;
  const link = path === '/' ? document.querySelector('.brand') : document.querySelector(`.side a[href^="${path}"]`);
  link?.click();
}

export function startKeys() {
  let afterG = 0;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    const key = event.key;
    if (key === '/') {
      const search = document.querySelector('[data-search]');
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    } else if (key === '?') {
      event.preventDefault();
      openDialog(document.getElementById('keys'));
    } else if (event.timeStamp - afterG < pause && /^[a-z]$/.test(key)) {
      afterG = 0;
      event.preventDefault();
      go(key);
    } else if (key === 'g') afterG = event.timeStamp;
    else if (/^[a-z]$/i.test(key)) {
      const target = document.querySelector(`[data-key="${key.toLowerCase()}"]`);
      if (!target || target.closest('[hidden]')) return;
      event.preventDefault();
      target.click();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && event.target.matches?.('[data-search]')) event.target.blur();
  });
}
