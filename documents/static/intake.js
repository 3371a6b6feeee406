/**
 * The clerk's desk: boxes on the page follow the focus, what is typed is kept every three seconds, the queue grows as
 * files are read. Everything also works as plain forms.
 */
import { post } from '@lib/api.js';
import { refresh } from '@lib/desk.js';
import { openDialog } from '@lib/dialogs.js';
import { toast } from '@lib/toast.js';
import { word } from '@lib/words.js';

/** After this long (ms) without a key the draft is sent. */
const pause = 3000;
/** While files are being read and the socket is silent, the queue is asked for this often (ms). */
const look = 2500;

const form = document.getElementById('intake-form');
const queue = () => document.getElementById('queue');

function showMarks(name) {
  let first;
  for (const mark of document.querySelectorAll('[data-mark]')) {
    const on = mark.dataset.mark === name;
    mark.classList.toggle('on', on);
    first ??= on ? mark : undefined;
  }
  if (!first) return;
  const desk = document.querySelector('.d-scroll');
  const at = first.getBoundingClientRect(), frame = desk.getBoundingClientRect();
  if (at.top < frame.top || at.bottom > frame.bottom) desk.scrollBy({ top: at.top - frame.top - frame.height / 3, behavior: 'auto' });
}

function followFocus() {
  form.addEventListener('focusin', (event) => showMarks(event.target.closest('[data-marks]')?.dataset.marks ?? (event.target.name === 'urgency' ? 'urgency' : '')));
  document.querySelector('.d-scroll')?.addEventListener('click', (event) => {
    const name = event.target.closest('[data-mark]')?.dataset.mark;
    const field = name && form.querySelector(`[data-marks="${name}"], [name="${name}"]:checked`);
    if (!field) return;
    field.closest('details')?.setAttribute('open', '');
    field.focus();
  });
}

function keepDraft() {
  const shown = form.querySelector('[data-saved]');
  const typed = () => {
    const fields = new FormData(form);
    fields.delete('version');
    return new URLSearchParams(fields).toString();
  };
  let timer, sending, sent = typed();
  async function save() {
    clearTimeout(timer);
    const now = typed();
    if (sending || now === sent || form.dataset.sent) return;
    sending = true;
    try {
      const response = await post(form.dataset.draft, new FormData(form));
      if (response.ok) {
        const kept = await response.json();
        sent = now;
        form.elements.version.value = kept.version;
        shown.textContent = `· ${shown.dataset.word ?? 'Đã lưu'} ${kept.at}`;
      } else if (response.status === 409) {
        sent = now;
        shown.textContent = `· ${(await response.json()).msg}`;
      }
    } catch {
      // Not reached: the next key tries again; the page itself keeps every value.
    } finally {
      sending = false;
    }
  }
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  });
  form.addEventListener('focusout', (event) => { if (!form.contains(event.relatedTarget)) save(); });
}

/** The first field that is empty or should be looked at; nothing when the server marked an error. */
function focusFirst() {
  if (form.querySelector('[aria-invalid=true]')) return;
  const unsure = [...form.querySelectorAll('.f')].find((f) => !f.closest('details:not([open])') && f.querySelector('.tag')?.textContent.includes(','));
  const empty = [...form.querySelectorAll('.in[required]')].find((field) => !field.value);
  (empty ?? unsure?.querySelector('.in') ?? form.querySelector('#code'))?.focus();
}

/** What was read but not surely enough is one key away. */
function takeCandidates() {
  form.addEventListener('keydown', (event) => {
    const field = event.target.closest('[data-candidate]');
    if (!field || event.key !== 'ArrowDown' || !event.altKey || field.value) return;
    event.preventDefault();
    field.value = field.dataset.candidate;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

function timed() {
  const box = form.querySelector('[data-timed]');
  form.addEventListener('change', (event) => {
    if (event.target.name === 'urgency') box.hidden = event.target.value !== '4';
    // A field that the clerk changed is no longer the machine's.
    if (event.target.matches('.auto')) event.target.classList.remove('auto');
  });
}

function zoom() {
  const pages = [...document.querySelectorAll('[data-zoomable]')];
  let step = 0;
  document.addEventListener('click', (event) => {
    const way = event.target.closest('[data-zoom]')?.dataset.zoom;
    if (!way) return;
    step = Math.max(0, Math.min(4, step + (way === 'in' ? 1 : -1)));
    for (const page of pages) page.dataset.zoomed = String(step);
  });
}

/** Files of a drop that are still being sent; those that never arrived. Leaving the page now would lose them. */
const sending = () => document.querySelector('[data-files] progress');
const unsent = () => document.querySelector('[data-files] [data-unsent]');

/** The server answers with the next address, or with this page and what is wrong. */
async function register(event) {
  event.preventDefault();
  const answer = await post(form.action, new FormData(form)).catch(() => null);
  if (!answer || answer.status >= 500) {
    delete form.dataset.sent;
    toast(word('unreached'), { tone: 'bad' });
  } else if (answer.ok) {
    const { next } = await answer.json();
    while (sending()) await new Promise((sent) => setTimeout(sent, 100));
    location.assign(next);
  } else form.submit();
}

function followQueue() {
  addEventListener('beforeunload', (event) => (sending() || unsent()) && event.preventDefault());
  document.addEventListener('drop:done', () => refresh(queue()));
  // The desk keeps what the server refused; a file that never arrived has to be given again.
  document.addEventListener('drop:failed', ({ detail: { answer, item } }) => {
    if (answer.problem === 'unsent') item.dataset.unsent = '';
    else setTimeout(() => item.remove(), 400);
    refresh(queue());
  });
  document.addEventListener('drop:read', ({ target, detail }) => {
    if (!detail.clear) setTimeout(() => target.remove?.(), 400);
    refresh(queue());
  });
  setInterval(() => { if (queue()?.querySelector('[data-checking]') && document.visibilityState === 'visible') refresh(queue()); }, look);
  const all = form?.querySelector('[data-waiting]');
  // What was registered meanwhile leads to a page without the queue, just before this one is left.
  if (all) document.addEventListener('htmx:after:swap', () => queue() && (all.textContent = queue().querySelectorAll('a.d-q').length));
  if (!document.querySelector('[data-intake-empty]')) return;
  // The desk was empty: the first document opens by itself.
  document.addEventListener('htmx:after:swap', () => {
    const first = queue()?.querySelector('a.d-q');
    if (first && !sending() && !unsent()) location.assign(first.href);
  });
}

followQueue();
zoom();
if (form) {
  followFocus();
  keepDraft();
  takeCandidates();
  timed();
  form.addEventListener('submit', register);
  focusFirst();
  const asked = document.querySelector('[data-open-dialog]');
  if (asked) openDialog(document.getElementById(asked.dataset.openDialog));
}
