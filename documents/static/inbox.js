/**
 * The dock: a tap makes a unit lead, the next one co-operating, the third lets it go; the sentence is put together from
 * the taps until the leader types his own, whose words become chips. The form carries what was chosen; the server decides.
 */
import { ApiError, api } from '@lib/api.js';
import { SentenceChips } from '@lib/sentence-chips.js';
import { toast } from '@lib/toast.js';
import { word } from '@lib/words.js';

const dock = document.querySelector('[data-dock]');
const words = Object.fromEntries([...(dock?.querySelector('[data-words]')?.content.querySelectorAll('[data-w]') ?? [])].map((one) => [one.dataset.w, one.textContent]));

/** Unit ids in the order of tapping: {id, name, role: 'lead' | 'co'}. */
let chosen = [];
let phrase = words.phrase;
let own = false;
/** The term that was tapped, or offered: {value, short, note}. */
let term;
let reader;

const by = (role) => chosen.filter((one) => one.role === role);
const keyOf = (one) => one.key ?? `unit:${one.id}`;

/** Everybody who takes part: as tapped, then as the typed sentence says. */
function given() {
  const said = own ? reader.taken.filter((chip) => ['lead', 'co', 'info'].includes(chip.role)) : [];
  return [...chosen, ...said.filter((chip) => !chosen.some((one) => keyOf(one) === chip.key))];
}

function tap(button) {
  const id = button.dataset.unit;
  const now = chosen.find((one) => one.id === id);
  const said = now ? null : given().find((one) => keyOf(one) === `unit:${id}`);
  if (said) {
    // The sentence gave it a part: the tap goes on from there.
    reader.drop(said.key);
    if (said.role === 'lead') chosen.push({ id, name: button.dataset.name, role: 'co' });
  } else if (!now) chosen.push({ id, name: button.dataset.name, role: by('lead').length ? 'co' : 'lead' });
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
  const away = given()
    .map((one) => dock.querySelector(`[data-unit="${CSS.escape(keyOf(one).replace('unit:', ''))}"][data-away]`))
    .filter((unit) => unit && unit.dataset.away.split(' ')[0] <= due && due <= unit.dataset.away.split(' ')[1]);
  const note = dock.querySelector('[data-away-note]');
  note.hidden = !away.length;
  note.textContent = away.map((unit) => `${unit.dataset.name}: ${unit.dataset.awayWords}`).join(' ');
  // Whoever gives it has read it: the server refuses a lead who is away and of whom nothing was said.
  dock.querySelector('[data-away-read]').disabled = note.hidden;
}

function draw() {
  reader.hasLead = by('lead').length > 0;
  const all = given();
  const isUrgent = own && reader.taken.some((chip) => chip.role === 'urgent');
  showTerm((own && reader.taken.find((chip) => chip.role === 'due')) || null);
  for (const button of dock.querySelectorAll('[data-unit]')) {
    const role = all.find((one) => keyOf(one) === `unit:${button.dataset.unit}`)?.role;
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
  const fields = all.map((one) => {
    const [kind, id] = keyOf(one).split(':');
    return [kind === 'user' ? `${one.role}_user` : one.role, id];
  });
  if (isUrgent) fields.push(['urgent', 'y']);
  if (own && reader.taken.some((chip) => chip.role === 'reply')) fields.push(['reply', 'y']);
  dock.querySelector('[data-parties]').replaceChildren(...fields.map(([name, value]) => Object.assign(document.createElement('input'), { type: 'hidden', name, value })));
  const text = sentence();
  const typed = dock.querySelector('[data-text]');
  if (!own) typed.value = text;
  const leads = all.filter((one) => one.role === 'lead');
  const two = dock.querySelector('[data-two-leads]');
  two.hidden = leads.length < 2;
  two.textContent = words.two.replace('{names}', leads.map((one) => one.name).join(', '));
  dock.querySelector('[data-go]').disabled = leads.length !== 1 || (own && reader.isOpen);
  warnAway();
}

/** The term that counts: what the sentence says, else what was tapped. */
function showTerm(said) {
  const { value, short, note } = said ? { value: said.key, short: said.name, note: said.left } : term;
  const field = dock.querySelector('[data-due]');
  field.value = value;
  field.dataset.short = short;
  dock.querySelector('[data-due-words]').textContent = words.due.replace('{day}', short);
  dock.querySelector('[data-due-note]').textContent = note;
}

function setDue(value, short, note) {
  term = { value, short, note };
  if (own) reader.drop('due');
  draw();
}

/** Between the sentence put together from taps and one's own. */
function type(isOwn) {
  own = isOwn;
  const field = dock.querySelector('[data-text]');
  field.parentElement.hidden = !own;
  field.disabled = !own;
  dock.querySelector('[data-sentence]').hidden = own;
  dock.querySelector('[data-type]')?.setAttribute('aria-pressed', String(own));
  if (own) reader.open();
  else reader.close();
}

/** After a refusal: the units tapped before, and the words typed unless they are the sentence put together from the taps. */
function takeUp() {
  const field = dock.querySelector('[data-text]');
  const typed = field.defaultValue;
  for (const id of [dock.dataset.lead, ...dock.dataset.co.split(' ')].filter(Boolean)) {
    const button = dock.querySelector(`[data-unit="${CSS.escape(id)}"]`);
    if (button) tap(button);
  }
  const isOwn = Boolean(typed) && typed !== sentence();
  if (isOwn) field.value = typed;
  type(isOwn);
}

const upper = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

function usePhrase(text) {
  phrase = text;
  dock.querySelector('[data-phrase-words]').textContent = upper(text.length > 60 ? `${text.slice(0, 59)}…` : text);
  dock.querySelector('#phrases').hidePopover();
  draw();
}

/** A sentence of one's own is kept, and used at once. */
async function keepPhrase() {
  const field = dock.querySelector('[data-phrase-own]');
  const wrong = dock.querySelector('[data-phrase-wrong]');
  wrong.hidden = true;
  try {
    const kept = await api(dock.querySelector('[data-keep-phrase]').dataset.keepPhrase, { text: field.value });
    const row = dock.querySelector('[data-own-phrase]').content.firstElementChild.cloneNode(true);
    const [choose, forget] = row.querySelectorAll('button');
    choose.dataset.choosePhrase = kept.text;
    choose.textContent = upper(kept.text);
    forget.dataset.forget = kept.forget;
    dock.querySelector('[data-own-phrases]').append(row);
    field.value = '';
    usePhrase(kept.text);
  } catch (refusal) {
    wrong.textContent = refusal instanceof ApiError ? refusal.message : word('unreached');
    wrong.hidden = false;
    field.focus();
  }
}

async function forgetPhrase(button) {
  try {
    await api(button.dataset.forget, {});
    button.parentElement.remove();
    dock.querySelector('[data-phrase-own]').focus();
  } catch (refusal) {
    toast(refusal instanceof ApiError ? refusal.message : word('unreached'), { tone: 'bad' });
  }
}

function startDock() {
  const due = dock.querySelector('[data-due]').value;
  const offered = dock.querySelector(`[data-choose-due="${CSS.escape(due)}"]`)?.dataset;
  term = { value: due, short: offered?.short ?? due.slice(0, 5), note: offered?.note ?? '' };
  reader = new SentenceChips(dock, words, draw);
  dock.addEventListener('click', (event) => {
    const unit = event.target.closest('[data-unit]');
    if (unit) tap(unit);
    const due = event.target.closest('[data-choose-due]');
    if (due) {
      setDue(due.dataset.chooseDue, due.dataset.short, due.dataset.note);
      due.closest('[popover]').hidePopover();
    }
    const sample = event.target.closest('[data-choose-phrase]');
    if (sample) usePhrase(sample.dataset.choosePhrase);
    if (event.target.closest('[data-keep-phrase]')) keepPhrase();
    const forget = event.target.closest('[data-forget]');
    if (forget) forgetPhrase(forget);
    if (event.target.closest('[data-type]')) {
      type(!own);
      draw();
      if (own) dock.querySelector('[data-text]').focus();
    }
  });
  dock.querySelector('[data-due-own]').addEventListener('change', (event) => {
    const value = event.target.value;
    if (/^\d{2}\/\d{2}\/\d{4}$/.test(value)) setDue(value, value.slice(0, 5), '');
  });
  dock.querySelector('[data-phrase-own]').addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    keepPhrase();
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
