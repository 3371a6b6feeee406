/** Light and dark: applied at once, kept with the person on the server. */
import { post } from './api.js';

export function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent('office:theme', { detail: theme }));
}

export function startTheme() {
  document.addEventListener('click', (event) => {
    if (!event.target.closest('[data-theme-switch]')) return;
    const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
    setTheme(theme);
    if (document.body.hasAttribute('data-desk')) post('/me/theme', { theme }).catch(() => {});
  });
}
