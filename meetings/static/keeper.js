/** On office pages: what keeps the packs of the coming meetings is fetched when the page has had its time, or is pressed for. */
const CALM = 4000;
let part = null;
const start = () => (part ??= import('./lib/keeper.js').then((found) => found.start()).catch(() => { part = null; }));

setTimeout(start, CALM);
document.querySelector('[data-pack-again]')?.addEventListener('click', async () => (await start())?.());
