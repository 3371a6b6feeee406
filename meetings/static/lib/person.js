/** What chair and secretary may do about somebody in the room; fetched when the first menu is opened. */
import { ask } from '@lib/dialogs.js';
import { toast } from '@lib/toast.js';
import { granting } from './granting.js';
import { find, setText, word } from './page.js';
import { choose } from './press.js';
import { styled } from './sheet.js';

styled();

/** @param {object} room {line, press, standing, code}: `code` shows the code for another device */
export function menu(one, { line, press, standing, code }) {
  const { state, me } = line;
  const isOwn = one.p === me.p;
  const set = (st, name) => ({ text: word(`set-${st}`), icon: name, name: st, pressed: one.st === st, run: () => press('att.set', isOwn ? { st } : { st, p: one.p }) });
  const away = (leave) => ({ text: word(leave ? 'set-leave' : 'set-no-leave'), icon: 'user-off', name: leave ? 'leave' : 'no-leave', pressed: one.leave === leave, run: () => press('att.set', { st: 'absent', leave, ...(isOwn ? {} : { p: one.p }) }) });
  const options = [set('in', 'user-check'), set('remote', 'video'), set('out', 'logout'), away(true), away(false)];
  if (!isOwn) options.push({ text: word('write'), icon: 'message', name: 'write', run: () => write(one, press) });
  options.push({ text: one.seat ? word('seat-is', { seat: one.seat }) : word('seat-set'), icon: 'map-pin', name: 'seat', run: () => seat(one, line, press) });
  if (state.grants && !isOwn && one.role !== 'chair' && one.role !== 'secretary') options.push(...granting(state, one.p, line.now(), press));
  if (isOwn || me.role === 'secretary')
    options.push({ text: word(isOwn ? 'device-own' : 'device-code'), icon: 'device-tablet', name: 'device', run: async () => (await code())?.show(line, press, one) });
  if (me.can.includes('run') && one.role !== 'chair' && one.role !== 'guest')
    options.push({ text: word('give-chair'), icon: 'gavel', name: 'chair', bad: true, run: async () => {
      if (await ask(word('give-chair-q', { name: one.n }), { word: word('give-chair'), bad: true })) await press('role.transfer', { p: one.p });
    } });
  choose(one.n, options, standing);
}

/** A few words to one person, who alone reads them. */
function write(one, press) {
  const form = find('[data-write-form]');
  setText('[data-write-to]', one.n);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const t = form.t.value.trim();
    if (!t) { form.t.focus(); return; }
    if (!(await press('msg.send', { p: one.p, t }))?.ok) return;
    form.closest('dialog').close();
    form.reset();
    toast(word('written', { name: one.n }), { tone: 'ok' });
  };
  form.closest('dialog').showModal();
  form.t.focus();
}

/** Where somebody sits: their own place, or for chair and secretary anybody's. */
export function seat(one, line, press) {
  const form = find('[data-seat-form]');
  const isOwn = one.p === line.me.p;
  setText('[data-seat-of]', isOwn ? '' : one.n);
  find('[data-seat-of]').hidden = isOwn;
  form.seat.value = one.seat ?? '';
  form.onsubmit = async (event) => {
    event.preventDefault();
    const answer = await press('seat.set', { seat: form.seat.value.trim(), ...(isOwn ? {} : { p: one.p }) });
    if (answer?.ok) form.closest('dialog').close();
  };
  form.closest('dialog').showModal();
  form.seat.select();
}
