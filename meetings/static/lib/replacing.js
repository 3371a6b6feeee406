/** Replacing a paper by a newer file: chosen or dropped, checked, confirmed. Used by the room and by the planning page. */
import { api } from '@lib/api.js';
import { ask } from '@lib/dialogs.js';
import { toast } from '@lib/toast.js';
import { send, verdict } from '@lib/upload.js';

const say = (name) => document.getElementById('replace-words').content.querySelector(`[data-say="${name}"]`).textContent;
let busy = false;

/** The file that is chosen; null when the choice is called off. */
function choose() {
  const input = document.createElement('input');
  Object.assign(input, { type: 'file', accept: '.pdf,.docx' });
  return new Promise((resolve) => {
    input.addEventListener('change', () => resolve(input.files[0] ?? null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}

/**
 * @param {number} mid the meeting
 * @param {string} id the paper
 * @param {File} [given] a file that was dropped; without it one is chosen
 * @returns {Promise<boolean>} whether it is being replaced
 */
export async function replace(mid, id, given) {
  if (busy) return false;
  const file = given ?? (await choose());
  if (!file) return false;
  busy = true;
  const place = `/api/v1/meetings/${mid}/papers/${id}/replacement`;
  try {
    toast(say('checking'));
    const upload = await verdict(await send(file));
    // Of a file that cannot be read nothing is kept here: it would have been the paper.
    if (upload.state === 'refused') { toast(`${upload.msg.replace(/ Tệp vẫn được giữ.*$/, '')} ${say('kept')}`, { tone: 'bad' }); return false; }
    const offer = await api(`${place}?staged=${upload.id}`);
    if (!(await ask(offer.text, { word: offer.yes }))) return false;
    const done = await api(place, { staged: upload.id, rev: offer.rev });
    toast(done.text, { tone: 'ok' });
    return true;
  } catch (problem) {
    toast(problem.message, { tone: 'bad' });
    return false;
  } finally {
    busy = false;
  }
}
