/** Dialogs, sheets and popovers. The browser keeps the focus inside and gives it back. */
export function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  dialog.querySelector('[autofocus], [aria-invalid=true], input:not([type=hidden]), select, textarea')?.focus();
}

/**
 * Ask before an act.
 * @param {string} text the question
 * @param {{word?: string, bad?: boolean}} [how] word: of the button that agrees; bad: the act takes something away
 * @returns {Promise<boolean>}
 */
export function ask(text, { word, bad = false } = {}) {
  const dialog = document.getElementById('confirm');
  const yes = dialog.querySelector('[data-confirm-yes]');
  dialog.querySelector('[data-confirm-text]').textContent = text;
  yes.dataset.own ??= yes.textContent;
  yes.textContent = word || yes.dataset.own;
  yes.className = bad ? 'b bad' : 'b p';
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true }));
}

function place(pop) {
  const opener = document.querySelector(`[popovertarget="${CSS.escape(pop.id)}"]`);
  if (!opener) return;
  const at = opener.getBoundingClientRect();
  const size = pop.getBoundingClientRect();
  const below = at.bottom + 6 + size.height <= innerHeight || at.top < size.height;
  pop.style.top = `${Math.max(8, below ? at.bottom + 6 : at.top - 6 - size.height)}px`;
  pop.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 12))}px`;
  pop.style.right = 'auto';
}

export function startDialogs() {
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-dialog]');
    if (opener) {
      opener.closest('[popover]')?.hidePopover();
      openDialog(document.getElementById(opener.dataset.dialog));
      return;
    }
    const closer = event.target.closest('[data-close]');
    if (closer) closer.closest('dialog')?.close();
    else if (event.target instanceof HTMLDialogElement && !event.target.hasAttribute('data-stay')) {
      const box = event.target.getBoundingClientRect();
      const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
      if (!inside) event.target.close();
    }
  });
  document.addEventListener('toggle', (event) => {
    if (event.newState === 'open' && event.target.matches?.('[data-pop]')) place(event.target);
  }, true);
  document.querySelectorAll('dialog:not([open])').forEach((dialog) => {
    if (dialog.hasAttribute('data-open') || dialog.querySelector('[data-form-errors]')) openDialog(dialog);
  });
  document.querySelector('[popover][data-open]')?.showPopover();
}
