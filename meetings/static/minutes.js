/** The page of a meeting's minutes: blocks save themselves, a tapped sentence becomes a conclusion, others' changes come in. */
import { Block } from './lib/minutes-block.js';
import { Concluding } from './lib/concluding.js';
import { offerSentences } from './lib/offering.js';

const root = document.querySelector('[data-minutes]');
const mid = Number(root.dataset.mid);
const me = Number(root.dataset.me);
const blocks = new Map([...root.querySelectorAll('[data-block]')].map((one) => [one.dataset.block, new Block(one, mid, me)]));
const store = document.querySelector('[data-pop-store]');
const pop = store && new Concluding(store.querySelector('[data-pop]'), mid, () => read());

/** Everything but the typed texts is fetched again; what has the focus waits. */
let waiting = 0;
function read() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const answer = await fetch(location.pathname, { headers: { 'Office-Refresh': '1' } }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    for (const part of root.querySelectorAll('[data-fresh]')) {
      const fresh = page.getElementById(part.id);
      if (fresh && !part.contains(document.activeElement) && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...fresh.childNodes);
    }
    for (const [key, block] of blocks) {
      const fresh = page.querySelector(`[data-block="${CSS.escape(key)}"]`);
      if (fresh) block.refresh(fresh);
    }
    root.dataset.read = String(Number(root.dataset.read ?? 0) + 1);
  }, 150);
}

document.addEventListener('desk:minutes', ({ detail }) => {
  if (detail.mid !== mid) return;
  const key = detail.key.replace(/^editing:/, '');
  if (detail.by !== me) blocks.get(key)?.at(detail.name);
  if (detail.key === 'state') { if (![...blocks.values()].some((one) => one.isDirty)) location.reload(); return; }
  if (detail.key.startsWith('editing:')) return;
  if (detail.key === 'archive' && detail.rev < 100) { const bar = root.querySelector('[data-archive]'); if (bar) bar.value = detail.rev; return; }
  const block = blocks.get(key);
  // One's own words come back too: on another page of mine they are news, here they are known in a moment.
  if (detail.by === me && block) setTimeout(() => { if (detail.rev > block.rev) read(); }, 600);
  else read();
});

if (pop) offerSentences(root, () => pop);

root.addEventListener('toggle', async ({ target }) => {
  if (!target.matches('[data-history]') || !target.open) return;
  const answer = await fetch(target.dataset.history, { headers: { 'Office-Refresh': '1' } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  target.querySelector('[data-history-here]').replaceChildren(...page.body.childNodes);
}, true);

root.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-correct]');
  if (button) {
    document.querySelector('[data-correct-fact]').value = button.dataset.correct;
    document.querySelector('[data-correct-said]').textContent = button.dataset.said;
  }
  if (target.closest('[data-print]')) print();
});

addEventListener('beforeunload', (event) => { if ([...blocks.values()].some((one) => one.isDirty)) event.preventDefault(); });

/** While a PDF is being made the page looks now and then, where the line is silent. */
setInterval(() => { if (root.querySelector('[data-making]') && !document.hidden) read(); }, 3000);
