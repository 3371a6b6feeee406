/** Every office page: htmx, and what pages do by their attributes. The page works without any of it. */
import htmx from 'htmx.org';
import { signIn } from '@lib/api.js';
import { startDates } from '@lib/dates.js';
import { startLine } from '@lib/desk-line.js';
import { refreshNamed } from '@lib/desk.js';
import { ask, startDialogs } from '@lib/dialogs.js';
import { startForms } from '@lib/forms.js';
import { startKeep } from '@lib/keep.js';
import { areKeysOn, isTyping, startKeys } from '@lib/keys.js';
import { startTabs } from '@lib/tabs.js';
import { startTheme } from '@lib/theme.js';
import { startToasts, toast } from '@lib/toast.js';
import { startUndo, watchUndo } from '@lib/undo.js';
import { word } from '@lib/words.js';

/** Answers that are a form or a fragment again and take their place on the page; other refusals become a message. */
const shown = new Set([409, 422]);

function pickers(root = document) {
  const lists = root.querySelectorAll('select[data-pick]:not(.tomselected)');
  if (lists.length) import('@lib/pick.js').then(({ pick }) => lists.forEach(pick));
}

function startHtmx() {
  document.addEventListener('htmx:before:response', (event) => {
    const { status } = event.detail.ctx.response;
    if (status < 400 || shown.has(status)) return;
    event.preventDefault();
    if (status === 401) signIn(event.detail.ctx.response);
    else toast(word(status === 403 || status === 404 ? 'not-allowed' : status === 429 ? 'too-fast' : 'failed'), { tone: 'bad' });
  });
  document.addEventListener('htmx:error', () => toast(word('unreached'), { tone: 'bad' }));
  document.addEventListener('htmx:confirm', (event) => {
    const { ctx, issueRequest, dropRequest } = event.detail;
    event.preventDefault();
    ask(ctx.confirm).then((agreed) => (agreed ? issueRequest() : dropRequest()));
  });
  document.addEventListener('htmx:after:swap', () => {
    pickers();
    startUndo();
  });
}

document.addEventListener('focusin', ({ target }) => target.matches('[data-says]') && import('@lib/sentence-form.js').then(({ start }) => start(target.form)));
startKeep();
startToasts();
startDialogs();
startForms();
startDates();
startTheme();
startKeys();
startTabs();
startUndo();
watchUndo();
startHtmx();
pickers();
const drops = document.querySelector('[data-drop]') && import('@lib/drop.js').then(({ startDrop }) => startDrop());
if (document.body.hasAttribute('data-desk')) startLine(refreshNamed);
const lists = document.querySelector('.o-list, table[data-rows]') ? import('@lib/rows.js').then(({ startRows }) => startRows(isTyping, areKeysOn)) : Promise.resolve();
Promise.all([drops, lists]).then(() => (document.body.dataset.ready = ''));

export { htmx };
