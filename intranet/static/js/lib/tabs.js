/** Tabs that show one panel of the page; arrows, Home and End move between them. */
function show(tab) {
  const list = tab.closest('[role=tablist]');
  for (const other of list.querySelectorAll('[role=tab]')) {
    const chosen = other === tab;
    other.setAttribute('aria-selected', String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute('aria-controls'));
    if (panel) panel.hidden = !chosen;
  }
}

export function startTabs() {
  document.querySelectorAll('[data-tabs]').forEach((list) => {
    const first = list.querySelector('[aria-selected=true]') ?? list.querySelector('[role=tab]');
    if (first) show(first);
  });
  document.addEventListener('click', (event) => {
    const tab = event.target.closest('[data-tabs] [role=tab]');
    if (tab) show(tab);
  });
  document.addEventListener('keydown', (event) => {
    const tab = event.target.closest?.('[data-tabs] [role=tab]');
    if (!tab) return;
    const all = [...tab.closest('[role=tablist]').querySelectorAll('[role=tab]')];
    const at = all.indexOf(tab);
    const next = { ArrowRight: all[(at + 1) % all.length], ArrowLeft: all[(at + all.length - 1) % all.length], Home: all[0], End: all.at(-1) }[event.key];
    if (!next) return;
    event.preventDefault();
    show(next);
    next.focus();
  });
}
