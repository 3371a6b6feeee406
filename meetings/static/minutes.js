/** The page of a meeting's minutes: blocks save themselves, a tapped sentence becomes a conclusion, others' changes come in. */
import { Block } from './lib/minutes-block.js';
import { Concluding, sentenceAt } from './lib/concluding.js';

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

/** The sentence under the finger, or what is selected. */
function said(target) {
  const block = target.closest('[data-block]');
  if (!block) return null;
  const at = { item: Number(block.dataset.item) || null, block: block.dataset.block, rev: Number(block.dataset.rev), root: block };
  if (target.matches('[data-ed]')) {
    const { value, selectionStart: from, selectionEnd: to } = target;
    const [start, end] = from === to ? sentenceAt(value, from) : [from, to];
    return { ...at, text: value.slice(start, end).trim() };
  }
  if (!target.closest('[data-text]')) return null;
  const chosen = getSelection();
  if (String(chosen).trim()) return { ...at, text: String(chosen).trim() };
  const { anchorNode: node, anchorOffset: offset } = chosen;
  if (node?.nodeType !== Node.TEXT_NODE || !block.querySelector('[data-text]').contains(node)) return null;
  const [start, end] = sentenceAt(node.data, offset);
  return { ...at, text: node.data.slice(start, end).trim() };
}

async function offer(target) {
  const found = said(target);
  if (!found || found.text.length < 8) { pop.hide(); return; }
  const { root: block, ...sentence } = found;
  block.querySelector('[data-pop-here]').append(pop.form);
  await pop.show(sentence);
}

if (pop) {
  root.addEventListener('click', (event) => {
    if (event.target.closest('[data-pop], button, a, select, summary, form')) return;
    if (event.target.closest('[data-ed], [data-text]')) offer(event.target);
  });
  root.addEventListener('keydown', async (event) => {
    if (event.code !== 'KeyK' || !event.altKey || event.ctrlKey || event.metaKey || !event.target.matches('[data-ed]')) return;
    event.preventDefault();
    await offer(event.target);
    pop.form.querySelector('[data-pop-keep]').focus();
  });
}

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
