/** Packs of the coming meetings are kept up to date while an office page is open; one of a meeting shows how its own stands. */
import { isAllowed, look, startKeeping } from './keeping.js';
import { moment } from './moment.js';

const keeper = document.querySelector('[data-keeper]');
const user = Number(keeper.dataset.keeper);
const card = document.querySelector('[data-pack]');
/** Megabytes, rounded up: what is said to be enough is. */
const size = (bytes) => (Math.ceil((bytes / 2 ** 20) * 10) / 10).toLocaleString('vi', { maximumFractionDigits: 1 });

function word(name, data = {}) {
  return card.querySelector('template').content.querySelector(`[data-word="${name}"]`).textContent.replace(/\{(\w+)\}/g, (whole, key) => data[key] ?? whole);
}

/** One sentence of how it stands, and the names of what was not kept. */
function show({ how, pack }) {
  const bar = card.querySelector('progress');
  bar.hidden = !how;
  if (how) {
    bar.max = Math.max(1, how.all);
    bar.value = how.bytes;
    card.querySelector('[data-pack-word]').textContent = word('pack-going', { n: Math.min(how.n + 1, how.of), of: how.of });
    return;
  }
  card.querySelector('[data-pack-lacks]').hidden = !pack?.problem;
  const lacks = pack?.files.filter((one) => !one.whole) ?? [];
  const text = !pack ? word('pack-unreached') : pack.problem ? word(pack.problem === 'full' && !lacks.length ? 'pack-full-room' : `pack-${pack.problem}`, { n: lacks.length, need: size(lacks.reduce((sum, one) => sum + one.bytes, 0)) }) : word('pack-ready', { n: pack.files.length, size: size(pack.bytes), at: moment(pack.checked) });
  card.querySelector('[data-pack-word]').textContent = text;
  card.dataset.state = !pack || pack.problem ? 'bad' : 'ok';
  card.querySelector('[data-pack-lacks]').replaceChildren(...lacks.map((one) => Object.assign(document.createElement('li'), { textContent: word('pack-lack', { name: one.name, size: size(one.bytes) }) })));
}

/** Begins, once; what it returns reads the pack of the page's own meeting again. */
export function start() {
  const mid = Number(card?.dataset.pack ?? keeper.dataset.readAnew ?? 0);
  if (card && !isAllowed()) card.querySelector('[data-pack-word]').textContent = word('pack-not-here');
  if (card) document.addEventListener('pack', ({ detail }) => { if (detail.mid === mid) show(detail); });
  startKeeping(user);
  const again = () => (isAllowed() && mid ? look(user, mid, { anew: true }) : null);
  // Whoever has just checked in sits in the room: now is the time to know that all of it is here.
  if (keeper.dataset.readAnew) again();
  return again;
}
