/** Who reads a paper: ticks mean something only while it is for few, so a tick chooses that, and "everybody" takes them away. */
const form = document.querySelector('[data-rights]');
const [everybody, few] = ['all', 'few'].map((value) => form.querySelector(`input[name=who][value=${value}]`));
let taken = [];

form.addEventListener('change', ({ target }) => {
  if (target === everybody) {
    taken = [...form.querySelectorAll('input[type=checkbox]:checked')];
    for (const box of taken) box.checked = false;
  } else if (target === few) for (const box of taken.splice(0)) box.checked = true;
  else if (target.checked) few.checked = true;
});
