/**
 * The dock: a tap makes a unit lead, the next one co-operating, the third lets it go; the sentence is put together from
 * the taps until the leader types his own. The form carries what was chosen; the server decides.
 */
const dock = document.querySelector('[data-dock]');
const words = Object.fromEntries([...(dock?.querySelector('[data-words]')?.content.querySelectorAll('[data-w]') ?? [])].map((one) => [one.dataset.w, one.textContent]));

/** Unit ids in the order of tapping: {id, name, role: 'lead' | 'co'}. */
let chosen = [];
let phrase = words.phrase;
let own = false;

const by = (role) => chosen.filter((one) => one.role === role);

function tap(button) {
  const id = button.dataset.unit;
  const now = chosen.find((one) => one.id === id);
  if (!now) chosen.push({ id, name: button.dataset.name, role: by('lead').length ? 'co' : 'lead' });
  else if (now.role === 'lead') now.role = 'co';
  else chosen = chosen.filter((one) => one !== now);
  draw();
}

function mark(text, num) {
  const node = document.createElement('mark');
  node.textContent = text;
  if (num) node.className = 'num';
  return node;
}

function sentence() {
  const [lead] = by('lead');
  const place = dock.querySelector('[data-sentence]');
  if (!lead) {
    const hint = document.createElement('span');
    hint.className = 'mut';
    hint.textContent = words.hint;
    place.replaceChildren(hint);
    return '';
  }
  const due = dock.querySelector('[data-due]').dataset.short ?? dock.querySelector('[data-due]').value.slice(0, 5);
  const parts = [`${words.give} `, mark(lead.name), ` ${words.leads}`];
  by('co').forEach((one, at) => parts.push(at ? ', ' : `, ${words.with} `, mark(one.name)));
  parts.push(` ${phrase} ${words.before} `, mark(due, true), '.');
  place.replaceChildren(...parts);
  return place.textContent;
}

/** Whoever answers for a unit tapped is away on the day it is due: say so before it is given. */
function warnAway() {
  const [day, month, year] = dock.querySelector('[data-due]').value.split('/');
  const due = `${year}-${month}-${day}`;
  const away = chosen
    .map((one) => dock.querySelector(`[data-unit="${CSS.escape(one.id)}"][data-away]`))
    .filter((unit) => unit && unit.dataset.away.split(' ')[0] <= due && due <= unit.dataset.away.split(' ')[1]);
  const note = dock.querySelector('[data-away-note]');
  note.hidden = !away.length;
  note.textContent = away.map((unit) => `${unit.dataset.name}: ${unit.dataset.awayWords}`).join(' ');
}

function draw() {
  for (const button of dock.querySelectorAll('[data-unit]')) {
    const role = chosen.find((one) => one.id === button.dataset.unit)?.role;
    button.setAttribute('aria-pressed', String(Boolean(role)));
    button.classList.toggle('lead', role === 'lead');
    const word = button.querySelector('em');
    word.hidden = !role;
    word.textContent = role ? words[role] : '';
  }
  const hidden = dock.querySelectorAll('.d-units [aria-pressed=true]').length;
  const more = dock.querySelector('[data-more-units]');
  if (more) {
    more.dataset.plain ??= more.textContent;
    more.textContent = hidden ? words.chosen.replace('{n}', hidden) : more.dataset.plain;
  }
  const fields = chosen.map((one) => {
    const field = document.createElement('input');
    Object.assign(field, { type: 'hidden', name: one.role, value: one.id });
    return field;
  });
  dock.querySelector('[data-parties]').replaceChildren(...fields);
  const text = sentence();
  const typed = dock.querySelector('[data-text]');
  if (!own) typed.value = text;
  dock.querySelector('[data-go]').disabled = by('lead').length !== 1;
  warnAway();
}

function setDue(value, short, note) {
  const field = dock.querySelector('[data-due]');
  field.value = value;
  field.dataset.short = short;
  dock.querySelector('[data-due-words]').textContent = words.due.replace('{day}', short);
  dock.querySelector('[data-due-note]').textContent = note;
  draw();
}

/** After a refusal: the units tapped before, and the words typed unless they are the sentence put together from the taps. */
function takeUp() {
  const field = dock.querySelector('[data-text]');
  const typed = field.defaultValue;
  for (const id of [dock.dataset.lead, ...dock.dataset.co.split(' ')].filter(Boolean)) {
    const button = dock.querySelector(`[data-unit="${CSS.escape(id)}"]`);
    if (button) tap(button);
  }
  own = Boolean(typed) && typed !== sentence();
  if (own) field.value = typed;
  field.hidden = !own;
  field.disabled = !own;
  dock.querySelector('[data-sentence]').hidden = own;
  dock.querySelector('[data-type]')?.setAttribute('aria-pressed', String(own));
  const due = dock.querySelector('[data-due]').value;
  dock.querySelector('[data-due-words]').textContent = words.due.replace('{day}', due.slice(0, 5));
}

function startDock() {
  dock.addEventListener('click', (event) => {
    const unit = event.target.closest('[data-unit]');
    if (unit) tap(unit);
    const due = event.target.closest('[data-choose-due]');
    if (due) {
      setDue(due.dataset.chooseDue, due.dataset.short, due.dataset.note);
      due.closest('[popover]').hidePopover();
    }
    const sample = event.target.closest('[data-choose-phrase]');
    if (sample) {
      phrase = sample.dataset.choosePhrase;
      dock.querySelector('[data-phrase-words]').textContent = sample.textContent;
      sample.closest('[popover]').hidePopover();
      draw();
    }
    const type = event.target.closest('[data-type]');
    if (type) {
      const field = dock.querySelector('[data-text]');
      own = field.hidden;
      field.hidden = !own;
      field.disabled = !own;
      dock.querySelector('[data-sentence]').hidden = own;
      type.setAttribute('aria-pressed', String(own));
      draw();
      if (own) field.focus();
    }
  });
  dock.querySelector('[data-due-own]').addEventListener('change', (event) => {
    const value = event.target.value;
    if (/^\d{2}\/\d{2}\/\d{4}$/.test(value)) setDue(value, value.slice(0, 5), '');
  });
  dock.addEventListener('submit', (event) => {
    // The sentence goes along word for word, whether put together or typed; to know only, what was typed alone.
    const gives = !event.submitter?.hasAttribute('formaction');
    dock.querySelector('[data-text]').disabled = !gives && !own;
  });
  takeUp();
  draw();
}

if (dock) startDock();
