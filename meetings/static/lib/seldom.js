/** What whoever runs the room is asked seldom; loaded when it is. */
import { ask } from '@lib/dialogs.js';
import { find, setText, word } from './page.js';

/**
 * Whether the sitting ends although items are left.
 * @param {object[]} left
 */
export function agreesToEnd(left) {
  const list = left.map(({ t }) => t).join('; ');
  return ask(list ? word('ask-end-open', { n: left.length, list }) : word('ask-end'), { word: word('yes-end'), bad: true });
}

/**
 * Why an item that was done is taken up again.
 * @param {string} title of the item
 * @returns {Promise<string>} the reason; empty when the chair thinks better of it
 */
export function why(title) {
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
