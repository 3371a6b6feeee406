/**
 * What was typed survives a reload or a lost session, in this tab alone, until the server has accepted the form.
 * Passwords, files and hidden fields are never kept. A page whose own values have changed meanwhile wins.
 */
const prefix = 'keep:';
const sent = 'keep-sent';

const fields = (form) => [...form.elements].filter((e) => e.name && !['password', 'file', 'hidden', 'submit', 'button'].includes(e.type) && e.tagName !== 'FIELDSET');
const first = (e) => (e.type === 'checkbox' || e.type === 'radio' ? e.defaultChecked : e.tagName === 'SELECT' ? [...e.options].map((o) => o.defaultSelected) : e.defaultValue);
const value = (e) => (e.type === 'checkbox' || e.type === 'radio' ? e.checked : e.tagName === 'SELECT' ? [...e.selectedOptions].map((o) => o.value) : e.value);

function put(e, kept) {
  if (e.type === 'checkbox' || e.type === 'radio') e.checked = kept;
  else if (e.tagName === 'SELECT') [...e.options].forEach((o) => (o.selected = kept.includes(o.value)));
  else e.value = kept;
}

const base = (form) => JSON.stringify(fields(form).map(first));

function restore(form) {
  const text = sessionStorage.getItem(prefix + form.dataset.keep);
  if (!text || form.querySelector('[data-form-errors]')) return;
  const kept = JSON.parse(text);
  const list = fields(form);
  if (kept.base !== base(form) || kept.values.length !== list.length) return;
  list.forEach((e, i) => put(e, kept.values[i]));
}

function save(form) {
  const text = JSON.stringify({ base: base(form), values: fields(form).map(value) });
  try {
    sessionStorage.setItem(prefix + form.dataset.keep, text);
  } catch {
    sessionStorage.removeItem(prefix + form.dataset.keep);
  }
}

export function startKeep() {
  const key = sessionStorage.getItem(sent);
  if (key) {
    const refused = document.querySelector(`form[data-keep="${CSS.escape(key)}"] [data-form-errors]`);
    if (!refused) sessionStorage.removeItem(prefix + key);
    sessionStorage.removeItem(sent);
  }
  document.querySelectorAll('form[data-keep]').forEach(restore);
  let waiting;
  document.addEventListener('input', (event) => {
    const form = event.target.form;
    if (!form?.dataset.keep) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => save(form), 300);
  });
  document.addEventListener('submit', (event) => {
    if (event.target.dataset.keep && !event.defaultPrevented) sessionStorage.setItem(sent, event.target.dataset.keep);
  });
}
