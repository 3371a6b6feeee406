/** The printed week: the browser's own print, from a button. */
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print();
});
