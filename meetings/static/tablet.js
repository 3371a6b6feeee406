/**
 * A code that came with the QR picture is filled in and sent on; it stands behind #, which no server is told. Whoever gives the
 * tablet back here leaves nothing on it.
 */
import { giveBack } from './lib/giving-back.js';

const field = document.querySelector('input[name=code]:not([type=hidden])');
const given = /^#(\d{6}|\d{8})$/.exec(location.hash)?.[1];
if (given) history.replaceState(null, '', location.pathname);
if (field && given && !field.value) {
  field.value = given;
  field.form.requestSubmit();
}

const back = document.querySelector('[data-give-back]');
back?.addEventListener('submit', (event) => {
  event.preventDefault();
  giveBack(back, back.dataset.giveBack);
});
