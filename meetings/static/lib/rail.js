/** The agenda of a delegate's wide screen, wide or narrow as this person left it on this device. */
import { find } from './page.js';

const YEAR = 31536000;

/** In a cookie, so that the page is made with it and nothing moves when it is opened again. */
export function startRail(root) {
  const button = find('[data-rail]');
  const name = `rail-${root.dataset.user}`;
  const fold = (isSlim) => {
    root.classList.toggle('slim', isSlim);
    button.setAttribute('aria-pressed', String(isSlim));
  };
  const keep = (isSlim) => {
    fold(isSlim);
    document.cookie = `${name}=${isSlim ? 'slim' : 'wide'}; path=/meetings; max-age=${YEAR}; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
  };
  // A page that the device kept was made before.
  fold(document.cookie.split('; ').includes(`${name}=slim`));
  button.addEventListener('click', () => keep(!root.classList.contains('slim')));
  // An item has its papers beneath it, which the narrow one does not show.
  find('[data-agenda]').addEventListener('click', () => { if (root.matches('.slim:not(.voting)') && button.offsetParent) keep(false); }, { capture: true });
}
