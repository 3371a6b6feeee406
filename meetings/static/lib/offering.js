/** A sentence of a typed block is tapped: what it may become is offered under it. On the page of the minutes and in the room. */
import { sentenceAt } from './concluding.js';

/** So few letters are no sentence. */
const LEAST = 8;

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

/**
 * @param {HTMLElement} root where the blocks are
 * @param {() => Promise<Concluding|null>} fetchPop asked once, for the first sentence
 */
export function offerSentences(root, fetchPop) {
  let pop = null;

  async function offer(target) {
    const found = said(target);
    if (!found || found.text.length < LEAST) { pop?.hide(); return; }
    pop ??= await fetchPop();
    if (!pop) return;
    const { root: block, ...sentence } = found;
    block.querySelector('[data-pop-here]').append(pop.form);
    await pop.show(sentence);
  }

  root.addEventListener('click', (event) => {
    if (event.target.closest('[data-pop], button, a, select, summary, form')) return;
    if (event.target.closest('[data-ed], [data-text]')) offer(event.target);
  });
  root.addEventListener('keydown', async (event) => {
    if (event.code !== 'KeyK' || !event.altKey || event.ctrlKey || event.metaKey || !event.target.matches('[data-ed]')) return;
    event.preventDefault();
    // In the room the key without a field has another meaning.
    event.stopPropagation();
    await offer(event.target);
    pop?.form.querySelector('[data-pop-keep]').focus();
  });
}
