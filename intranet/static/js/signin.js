/** The sign-in page: accounts of the sample office fill the form; a word when Caps Lock is on. */
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
