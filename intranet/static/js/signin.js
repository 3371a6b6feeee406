/**
 * The sign-in page: accounts of the sample office fill the form; a word when Caps Lock is on; a small work (people/proof.py)
 * where the server asks for one.
 */
const name = document.querySelector('input[name=name]');
const password = document.querySelector('input[name=password]');
const trial = document.querySelector('[data-trial]');
const caps = document.querySelector('[data-caps]');

function fill(button) {
  name.value = button.dataset.account;
  password.value = trial.dataset.trial;
  for (const other of trial.querySelectorAll('[data-account]')) other.toggleAttribute('aria-pressed', false);
  button.setAttribute('aria-pressed', 'true');
  name.form.querySelector('button.p').focus();
}

trial?.addEventListener('click', (event) => {
  const button = event.target.closest('[data-account]');
  if (button) fill(button);
});

for (const kind of ['keydown', 'keyup'])
  password.addEventListener(kind, (event) => {
    if (event.getModifierState) caps.hidden = !event.getModifierState('CapsLock');
  });

/** The number behind the question with which its SHA-256 begins with so many zero bits. */
async function prove(question, bits) {
  const encoder = new TextEncoder();
  for (let number = 0; ; number += 1) {
    const digest = await crypto.subtle.digest('SHA-256', encoder.encode(`${question}:${number}`));
    if (new DataView(digest).getUint32(0) >>> (32 - bits) === 0) return `${question}:${number}`;
  }
}

const form = name.form;
if (form.dataset.work) {
  const button = form.querySelector('button.p');
  button.disabled = true;
  prove(form.dataset.work, Number(form.dataset.bits)).then((answer) => {
    form.elements.proof.value = answer;
    button.disabled = false;
  });
}
