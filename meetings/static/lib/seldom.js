/** What whoever runs the room is asked seldom; loaded when it is. */
import { ask } from '@lib/dialogs.js';
import { clock, el, find, setText, word } from './page.js';
import { styled } from './sheet.js';
import { choose } from './press.js';

/**
 * Where a paper for few is shown: 'wall', on the screen alone, which whoever runs the room may choose, or 'few', on the
 * devices of those who may read it; undefined for nowhere.
 */
export function where(runs) {
  if (!runs) return ask(word('few-q'), { word: word('few') }).then((yes) => (yes ? 'few' : undefined));
  return new Promise((resolve) => {
    const pick = (name, sign) => ({ text: word(name), icon: sign, name, run: () => resolve(name) });
    choose(word('few-where'), [pick('wall', 'presentation'), pick('few', 'device-tablet')], word('few-q'));
    document.getElementById('choices').addEventListener('close', () => setTimeout(resolve), { once: true });
  });
}

/** So many items that are left are named before the end. */
const NAMED = 8;

/**
 * Whether the sitting ends although items are left, which are named in order.
 * @param {object[]} left
 * @param {object[]} items all of the agenda
 */
export function agreesToEnd(left, items) {
  styled();
  const lines = left.slice(0, NAMED).map((one) => `${items.indexOf(one) + 1}. ${one.t}`);
  if (left.length > NAMED) lines.push(word('end-more', { n: left.length - NAMED }));
  return ask(left.length ? word('ask-end-open', { n: left.length, list: lines.join('\n') }) : word('ask-end'), { word: word('yes-end'), bad: true });
}

/**
 * Why an item that was done is taken up again.
 * @param {string} title of the item
 * @returns {Promise<string>} the reason; empty when the chair thinks better of it
 */
export function why(title) {
  styled();
  const form = find('[data-again]');
  const dialog = form.closest('dialog');
  setText('[data-again-t]', title);
  form.reset();
  dialog.showModal();
  return new Promise((resolve) => {
    form.onsubmit = () => resolve(form.reason.value.trim());
    dialog.onclose = () => resolve('');
  });
}

/** Minutes that are offered for a rest. */
const RESTS = [5, 10, 15, 30, 60];
const inDay = (text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/** For how long the sitting rests, or until which hour of today; asked again while it does, the hour is another. */
export function pause(line, press) {
  const form = find('[data-pause]');
  const dialog = form.closest('dialog');
  const fault = form.querySelector('[data-pause-fault]');
  const rest = async (seconds) => { if ((await press('meeting.pause', seconds ? { for_s: seconds } : {}))?.ok) dialog.close(); };
  const say = (text) => { fault.textContent = text; fault.hidden = !text; form.at.setAttribute('aria-invalid', String(Boolean(text))); };
  styled();
  const again = line.state.state === 'paused';
  setText('#pause-t', word(again ? 'pause-again-t' : 'pause'));
  find('[data-pause-for]').replaceChildren(...RESTS.map((n) => el('button', { class: 'b', type: 'button', 'data-rest': n, on: { click: () => rest(n * 60) } }, el('b', {}, word('minutes', { n })), el('small', { class: 'num' }, word('pause-at', { at: clock(line.now() + n * 60000) })))),
    el('button', { class: 'b', type: 'button', 'data-rest': 0, on: { click: () => rest(0) } }, el('b', {}, word('pause-free')), el('small', {}, word('pause-free-note'))));
  say('');
  form.at.value = '';
  form.onsubmit = (event) => {
    event.preventDefault();
    const typed = /^(\d{1,2})(?:[:hg.]?(\d{2}))?$/i.exec(form.at.value.replace(/\s/g, ''));
    const at = typed && Number(typed[1]) < 24 && Number(typed[2] ?? 0) < 60 ? Number(typed[1]) * 60 + Number(typed[2] ?? 0) : null;
    const now = line.now();
    const seconds = at === null ? 0 : (at - inDay(clock(now))) * 60 - Math.floor((now / 1000) % 60);
    if (seconds > 0) { rest(seconds); return; }
    say(word(at === null ? 'pause-bad' : 'pause-past', { at: clock(now) }));
    form.at.focus();
  };
  dialog.showModal();
  dialog.querySelector('[data-rest="15"]').focus();
}

/** Why a vote is void, which the minutes say. */
export function voidVote(vote, press) {
  const form = find('[data-vote-void]');
  const dialog = form.closest('dialog');
  setText('[data-void-q]', vote.q);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const reason = form.reason.value.trim();
    if (!reason) { form.reason.focus(); return; }
    if ((await press('vote.void', { id: vote.id, reason }))?.ok) { dialog.close(); form.reset(); }
  };
  dialog.showModal();
  form.reason.focus();
}

/** One more item at the end of the agenda. */
export async function add(form, items, press) {
  const title = form.title.value.trim();
  const budget = Number(form.budget.value);
  if (!title) { form.title.focus(); return; }
  const answer = await press('item.add', { title, budget: Number.isInteger(budget) ? budget : 0, after: items.at(-1)?.id ?? null });
  // The item may be on the screen before its answer is, and the next one begun.
  if (answer?.ok && form.title.value.trim() === title) { form.title.value = ''; form.title.focus(); }
}

/** A device is given back; where notes are unsent, a last try, then whoever gives it back decides. */
export async function giveBack(form, notes, mid, user) {
  if (document.body.dataset.unsent !== '0') await notes.sync();
  const { unsent } = document.body.dataset;
  if (unsent === '0' || await ask(word('give-back-q', { n: unsent }), { bad: true })) (await import('./giving-back.js')).giveBack(form, mid, user);
}
