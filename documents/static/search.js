/** The search box suggests documents while one types, and folds the facets away where there is no room beside the list. */
import { api } from '@lib/api.js';

/** Pause in typing (ms) before the server is asked. */
const pause = 180;
const box = document.querySelector('[data-suggest]');
const list = document.getElementById('suggested');

let timer = 0;
let asked = null;
let at = -1;

function close() {
  list.hidden = true;
  at = -1;
  box.setAttribute('aria-expanded', 'false');
  box.removeAttribute('aria-activedescendant');
}

function choose(to) {
  const rows = list.children;
  if (list.hidden || !rows.length) return;
  rows[at]?.setAttribute('aria-selected', 'false');
  at = (to + rows.length) % rows.length;
  rows[at].setAttribute('aria-selected', 'true');
  rows[at].scrollIntoView({ block: 'nearest' });
  box.setAttribute('aria-activedescendant', rows[at].id);
}

function show(found) {
  list.replaceChildren(...found.map((one, number) => {
    const row = document.createElement('li');
    const note = document.createElement('small');
    row.id = `suggested-${number}`;
    row.setAttribute('role', 'option');
    row.setAttribute('aria-selected', 'false');
    row.dataset.url = one.url;
    note.textContent = one.note;
    row.append(one.title, note);
    return row;
  }));
  at = -1;
  list.hidden = !found.length;
  box.setAttribute('aria-expanded', String(!list.hidden));
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const typed = box.value.trim();
  if (typed.length < 2) return close();
  try {
    show(await api(`${box.dataset.suggest}?${new URLSearchParams({ q: typed })}`, undefined, { signal: asked.signal }));
  } catch (problem) {
    if (problem.name !== 'AbortError') close();
  }
}

if (box && list) {
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'suggested', 'aria-autocomplete': 'list' }))
    box.setAttribute(name, value);
  box.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  });
  box.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') choose(at + 1);
    else if (event.key === 'ArrowUp') choose(at - 1);
    else if (event.key === 'Escape' && !list.hidden) close();
    else if (event.key === 'Enter' && at >= 0) location.assign(list.children[at].dataset.url);
    else return;
    event.preventDefault();
  });
  box.addEventListener('blur', () => setTimeout(close, 150));
  list.addEventListener('mousedown', (event) => {
    const row = event.target.closest('[data-url]');
    if (row) location.assign(row.dataset.url);
  });
}

const facets = document.querySelector('[data-facets]');
if (facets && matchMedia('(max-width: 1023px)').matches) facets.open = false;
