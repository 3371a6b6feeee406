/** A few words back to whoever called the secretary; fetched when the first are written. */

/** Opens the dialog; the words are sent to the one who called alone. */
export function reply(id, what, press) {
  const form = document.querySelector('[data-reply-form]');
  const dialog = form.closest('dialog');
  form.querySelector('[data-reply-to]').textContent = what;
  form.onsubmit = async (event) => {
    event.preventDefault();
    const t = form.t.value.trim();
    if (!t) { form.t.focus(); return; }
    const answer = await press('service.answer', { id, t });
    if (!answer?.ok) return;
    dialog.close();
    form.reset();
    // The line that was answered is gone, and with it the button that had the focus.
    (document.querySelector('[data-calls] button') ?? document.querySelector('#p-all')).focus({ preventScroll: true });
  };
  dialog.showModal();
  form.t.focus();
}
