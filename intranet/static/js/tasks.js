/**
 * My work in two taps: a step is chosen, its button sends it. Less than before, or all of it, asks for words in a
 * sheet. The list then reads itself again; without this file each step is an ordinary form.
 */
import { post } from '@lib/api.js';
import { openDialog } from '@lib/dialogs.js';
import { refresh } from '@lib/desk.js';
import { startDrop } from '@lib/drop.js';
import { toast } from '@lib/toast.js';
import { word } from '@lib/words.js';
import htmx from 'htmx.org';

const list = () => document.getElementById('task-list') ?? document.getElementById('task-board');
const sendWord = (n) => document.getElementById('send-word').content.textContent.replace('{n}', n);

function openSheet(url) {
  htmx.ajax('GET', url, { target: '#sheet', swap: 'innerHTML' });
}

/** Show the chosen step and the button that sends it; choosing it again takes it back. */
function choose(form, button) {
  const row = form.closest('.o-mt');
  const send = row.querySelector('[data-send]');
  const other = row.querySelector('.a [role=button]:not(.q)');
  const again = form.dataset.chosen === button.value;
  const shown = again ? form.dataset.report : button.value;
  form.dataset.chosen = again ? '' : button.value;
  for (const step of form.querySelectorAll('button')) {
    step.setAttribute('aria-pressed', String(step.value === shown));
    step.classList.toggle('past', Number(step.value) < Number(shown));
  }
  send.hidden = again;
  other.hidden = !again;
  send.textContent = sendWord(button.value);
  if (!again) send.focus();
}

function onStep(event) {
  const form = event.target.closest('form[data-report]');
  const button = event.submitter;
  if (!form || !button) return;
  event.preventDefault();
  const step = Number(button.value);
  if (step === 100) openSheet(form.dataset.finish);
  else if (step < Number(form.dataset.report)) openSheet(`${form.dataset.sheet}&progress=${step}`);
  else choose(form, button);
}

async function onSend(event) {
  const send = event.target.closest('[data-send]');
  if (!send) return;
  const form = send.closest('.o-mt').querySelector('form[data-report]');
  const fields = new FormData(form);
  fields.set('progress', form.dataset.chosen);
  send.disabled = true;
  try {
    const response = await post(form.action, fields);
    const answer = await response.json();
    toast(answer.msg, { tone: response.ok ? 'ok' : 'bad' });
  } catch {
    toast(word('unreached'), { tone: 'bad' });
  }
  send.disabled = false;
  send.blur();
  refresh(list());
}

document.addEventListener('submit', onStep);
document.addEventListener('click', onSend);
document.addEventListener('keydown', (event) => {
  if (event.key === ' ' && event.target.matches('a[role=button]')) {
    event.preventDefault();
    event.target.click();
  }
});
document.addEventListener('htmx:after:swap', () => openDialog(document.querySelector('#sheet dialog:not([open])')));
startDrop();
