/** Commands that come from a press: one of a kind at a time, a refusal is said in a message.
 * A refusal that may be overruled (`data.confirm` names the word of the button) becomes a question. */
import { ask } from '@lib/dialogs.js';
import { toast } from '@lib/toast.js';
import { el, icon, word } from './page.js';

/** @returns a function (t, d) that asks the room and resolves with the answer; null while the same ask is under way */
export function presser(line) {
  const busy = new Set();
  return async (t, d = {}) => {
    const key = `${t} ${JSON.stringify(d)}`;
    if (busy.has(key)) return null;
    busy.add(key);
    let answer = await line.send(t, d);
    const doubt = answer.data?.confirm;
    const goes = doubt && await ask(answer.msg, { word: word(doubt) });
    if (goes) answer = await line.send(t, { ...d, confirm: true });
    busy.delete(key);
    if (!answer.ok && (goes || !doubt)) toast(answer.err === 'unreached' ? word('unreached') : answer.msg, { tone: 'warn' });
    return answer;
  };
}

/**
 * Opens a short list of large buttons; a press acts and closes it.
 * @param {{text: string, icon: string, run: () => void, bad?: boolean, off?: boolean, pressed?: boolean}[]} options
 */
export function choose(title, options, note = '') {
  const dialog = document.getElementById('choices');
  dialog.querySelector('h2').textContent = title;
  dialog.querySelector('[data-choices-note]').textContent = note;
  fillChoices(dialog.querySelector('[data-choices]'), options, dialog);
  dialog.showModal();
  dialog.querySelector('[data-choices] button:not(:disabled)')?.focus();
}

export function fillChoices(host, options, dialog) {
  host.replaceChildren(...options.map((one) => el('button', {
    class: `b${one.bad ? ' bad' : ''}`, type: 'button', disabled: one.off, 'aria-pressed': one.pressed === undefined ? null : String(one.pressed), 'data-choice': one.name,
    on: { click: () => { dialog.close(); one.run(); } },
  }, icon(one.icon), one.text)));
}
