/**
 * Keys outside of fields: / search, g then a letter goes somewhere, ? help, data-key="n" presses that element. Keys of one
 * sign can be switched off in the help, for those whose speech or hand presses them unasked (WCAG 2.1.4).
 */
const places = { b: '/', d: '/documents/incoming', i: '/documents/outgoing', t: '/tasks', m: '/meetings', l: '/mail' };
/** How long (ms) after g the second letter counts. */
const pause = 1200;
const store = 'one-key';

/** True where a letter is text: fields, editable text, an open dialog. */
export function isTyping(target) {
  return Boolean(target?.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]'));
}

/** False where keys of one sign are switched off; a meeting room has a switch of its own. */
export const areKeysOn = () => localStorage.getItem(store) !== 'off' || !document.querySelector('.shell');

function linkTo(letter) {
  const path = places[letter];
  return path && document.querySelector(path === '/' ? 'a.brand' : `.side a[href="${path}"], .side a[href="${path}/"]`);
}

const openHelp = () => import('./help.js').then(({ openHelp: open }) => open(linkTo, areKeysOn()));

export function startKeys() {
  let afterG = -pause;
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target) || !areKeysOn()) return;
    const key = event.key;
    if (key === '/') {
      const search = document.querySelector('[data-search]');
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    } else if (key === '?') {
      event.preventDefault();
      openHelp();
    } else if (event.timeStamp - afterG < pause && /^[a-z]$/.test(key)) {
      afterG = -pause;
      event.preventDefault();
      linkTo(key)?.click();
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
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-help]');
    if (!opener) return;
    opener.closest('[popover]')?.hidePopover();
    openHelp();
  });
  document.addEventListener('change', ({ target }) => {
    if (target.matches('[data-letters]')) localStorage.setItem(store, target.checked ? 'on' : 'off');
  });
}
