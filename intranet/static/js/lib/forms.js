/** What forms do by their attributes; every one of them works as a plain POST without this file. */
import { ask } from './dialogs.js';
import { word } from './words.js';

/** After this long (ms) a form may be sent again, should the answer never come. */
const patience = 20000;

function once(form) {
  if (form.dataset.sent) return false;
  form.dataset.sent = '1';
  setTimeout(() => delete form.dataset.sent, patience);
  return true;
}

const release = () => document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent);

async function onSubmit(event) {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !form.dataset.agreed) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const bad = event.submitter?.classList.contains('bad');
    if (await ask(question, { bad, word: event.submitter?.textContent.trim() })) {
      form.dataset.agreed = '1';
      form.requestSubmit(event.submitter);
      delete form.dataset.agreed;
    }
    return;
  }
  if ('once' in form.dataset && !once(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}

/** Sign-out waits for those who still hold unsent notes: they answer `office:sign-out` with detail.wait(promise). */
async function onSignOut(event) {
  const form = event.target;
  if (!form.matches('[data-sign-out]') || form.dataset.ready) return;
  const waits = [];
  document.dispatchEvent(new CustomEvent('office:sign-out', { detail: { wait: (promise) => waits.push(promise) } }));
  sessionStorage.clear();
  if (!waits.length) return;
  event.preventDefault();
  const answers = await Promise.allSettled(waits);
  if (answers.some((a) => a.status === 'rejected' || a.value === false)) return;
  form.dataset.ready = '1';
  form.requestSubmit();
}

function onKey(event) {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest?.('form[data-ctrl-enter]') ?? (event.target === document.body ? document.querySelector('form[data-ctrl-enter]') : null);
  if (!form) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector('.b.p:not([type=button])') ?? undefined);
}

function onClick(event) {
  const fix = event.target.closest('[data-fix]');
  if (fix) {
    const field = document.getElementById(fix.dataset.for);
    field.value = fix.dataset.fix;
    field.removeAttribute('aria-invalid');
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.focus();
    fix.remove();
    return;
  }
  const eye = event.target.closest('[data-reveal]');
  if (eye) {
    const field = document.getElementById(eye.dataset.reveal);
    const shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    eye.setAttribute('aria-pressed', String(!shown));
    return;
  }
  const remove = event.target.closest('[data-remove]');
  if (remove) {
    const list = remove.closest('.o-who');
    remove.closest('.t').remove();
    list?.dispatchEvent(new Event('change', { bubbles: true }));
    return;
  }
  if (event.target.closest('[data-back]')) history.back();
}

/** A wrong field stops being wrong to the eye as soon as it is touched; the server decides again at the next sending. */
function onInput(event) {
  const field = event.target;
  if (field.matches?.('[aria-invalid=true]') && field.value !== field.defaultValue) field.removeAttribute('aria-invalid');
  if (field.dataset?.count) count(field);
}

function count(field) {
  const most = Number(field.dataset.count);
  const shown = field.parentElement.querySelector('.o-count') ?? field.insertAdjacentElement('afterend', document.createElement('span'));
  const over = field.value.length - most;
  shown.className = over > 0 ? 'o-count num over' : 'o-count num';
  shown.textContent = over > 0 ? word('too-long', { n: over }) : `${field.value.length}/${most}`;
}

function onChange(event) {
  const form = event.target.form;
  if (form && 'autoSubmit' in form.dataset) form.requestSubmit();
}

/** Focus goes to the first wrong field; a summary links to each. */
function focusFirstError() {
  const summary = document.querySelector('[data-form-errors]');
  if (!summary) return;
  const first = document.querySelector('.in[aria-invalid=true], fieldset[aria-invalid=true] input, input[aria-invalid=true]');
  (first ?? summary).focus();
}

function onErrorLink(event) {
  const link = event.target.closest('.o-elist a');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const control = target.tomselect?.control_input ?? (target.matches('fieldset') ? target.querySelector('input') : target);
  control.focus();
  control.scrollIntoView({ block: 'center' });
}

export function startForms() {
  document.addEventListener('submit', onSubmit, true);
  document.addEventListener('submit', onSignOut);
  document.addEventListener('keydown', onKey);
  document.addEventListener('click', onClick);
  document.addEventListener('click', onErrorLink);
  document.addEventListener('input', onInput);
  document.addEventListener('change', onChange);
  document.addEventListener('htmx:finally:request', release);
  addEventListener('pageshow', release);
  document.querySelectorAll('[data-count]').forEach((field) => field.matches('textarea, input') && count(field));
  const back = document.querySelector('[data-back]');
  if (back && history.length > 1) back.hidden = false;
  focusFirstError();
}
