/** Whose devices have the papers, beside the room: the tiles of the board, read again while they are looked at. */
import { el, find } from './page.js';

const EVERY = 60000;

/** Puts a style sheet on the page; what it styles is not to be seen before it has come, or would jump. */
function styled(sheet) {
  const link = el('link', { rel: 'stylesheet', href: sheet });
  document.head.append(link);
  return new Promise((done) => { link.onload = link.onerror = done; });
}

/** Shows the board from now on wherever its part of the column is in sight. */
export async function showReady(mid) {
  const panel = find('[data-board-panel]');
  const board = `/meetings/${mid}/devices`;
  const read = async () => {
    const answer = await fetch(board).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const tiles = page.querySelector('.m-tiles');
    if (!tiles) return;
    for (const one of tiles.querySelectorAll('a')) Object.assign(one, { href: board + one.getAttribute('href'), target: '_blank', rel: 'noopener' });
    const sheet = page.querySelector('link[href*="devices"]').getAttribute('href');
    if (!find(`link[href="${sheet}"]`)) await styled(sheet);
    find('[data-board]').replaceChildren(page.querySelector('.m-legend'), tiles);
    panel.hidden = false;
  };
  await read();
  setInterval(() => { if (panel.offsetParent && !document.hidden) read(); }, EVERY);
}
