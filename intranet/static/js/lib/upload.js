/**
 * Uploads to staging: one file after the other, each judged for itself, so that a refusal stops none of the others.
 * An answer is what the server says of an upload: {id, name, size, state, problem, msg, media_type, pages, picture, clear};
 * `state` is checking, ready, unreadable (kept, to be typed by hand) or refused (its bytes are gone; `msg` says why).
 */
import { api, csrf, post } from './api.js';
import { word } from './words.js';

const place = '/files/staged';
/** How long a verdict is waited for: the reader has a minute for a file, and others may be before it. */
const patience = 5 * 60 * 1000;

/** The longest time (ms) between two tries of a file whose connection broke. */
const longest = 8000;

let line = Promise.resolve();

const failed = (file, msg) => ({ id: null, name: file.name, size: file.size, state: 'refused', problem: 'unsent', msg: msg || word('file-failed') });

/** The server's answer; null when the connection broke before there was one. */
function transmit(file, { url = place, key, onProgress = () => {} }) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('X-CSRFToken', csrf());
    request.setRequestHeader('Accept', 'application/json');
    if (key) request.setRequestHeader('Idempotency-Key', key);
    request.responseType = 'json';
    request.upload.addEventListener('progress', (event) => event.lengthComputable && onProgress(event.loaded / event.total));
    request.addEventListener('loadend', () => {
      const answer = request.response;
      if (!answer && (!request.status || request.status > 501)) resolve(null);
      else resolve(Array.isArray(answer) && answer.length ? answer[0] : failed(file, answer?.msg));
    });
    const body = new FormData();
    body.append('file', file);
    request.send(body);
  });
}

const connected = (ms) => new Promise((resolve) => {
  setTimeout(resolve, ms);
  addEventListener('online', resolve, { once: true });
});

async function untilSent(file, how) {
  for (let wait = 1000; ; wait = Math.min(2 * wait, longest)) {
    const answer = await transmit(file, how);
    if (answer || !how.onCut?.()) return answer ?? failed(file);
    await connected(wait);
  }
}

/**
 * Send one file once those before it are sent; never rejects.
 * @param {File} file
 * @param {{url?: string, key?: string, onProgress?: (share: number) => void, onCut?: () => boolean}} [how] under a key
 *   the server takes a file once; `onCut` says whether it is tried again after the connection broke
 * @returns {Promise<object>} the answer, most often still `checking`
 */
export function send(file, how = {}) {
  const sent = line.then(() => untilSent(file, how));
  line = sent;
  return sent;
}

/** Resolve at the next word of the server about this upload, or after some time without one. */
function nextWord(id, ms) {
  return new Promise((resolve) => {
    const heard = (event) => event.detail?.id === id && finish();
    const timer = setTimeout(finish, ms);
    function finish() {
      clearTimeout(timer);
      document.removeEventListener('desk:staged', heard);
      resolve();
    }
    document.addEventListener('desk:staged', heard);
  });
}

/**
 * The verdict on an upload: told by the desk's live line, asked for every two seconds where that is silent.
 * @param {object} answer what `send` gave
 * @param {() => boolean} [wanted] waiting ends when it says no
 */
export async function verdict(answer, wanted = () => true) {
  const end = Date.now() + patience;
  let known = answer;
  while (known.state === 'checking' && wanted() && Date.now() < end) {
    await nextWord(known.id, 2000);
    known = await api(`${place}/${known.id}`).catch(() => known);
  }
  return known;
}

/**
 * Send a file and follow it. On `element` bubble `upload:ready` (it may be attached: ready or unreadable) or
 * `upload:refused`, both with the answer and the file as detail.
 */
export async function upload(file, element, { onSent = () => {}, ...how } = {}) {
  const sent = await send(file, how);
  onSent(sent);
  const known = await verdict(sent, () => element.isConnected);
  const name = known.state === 'refused' ? 'upload:refused' : 'upload:ready';
  if (known.state !== 'checking') element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { ...known, file } }));
  return known;
}

/** Throw an upload away on the server; one that is gone already is no fault. */
export const discard = (id) => api(`${place}/${id}`, undefined, { method: 'DELETE' }).catch(() => null);

/**
 * Let an office head say that what looks like a secret mark is none: the question appears in `element`.
 * @returns {Promise<void>} settled when the server has noted the reason; the same file may then be sent again
 */
export async function askNotSecret(answer, element) {
  const page = await fetch(answer.clear, { headers: { Accept: 'text/html' }, credentials: 'same-origin' });
  if (!page.ok) return new Promise(() => {});
  element.insertAdjacentHTML('beforeend', await page.text());
  const box = element.querySelector('[data-not-secret]');
  const field = box.querySelector('input');
  const button = box.querySelector('button');
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    button.click();
  });
  return new Promise((resolve) => {
    button.addEventListener('click', async () => {
      const said = await post(answer.clear, { reason: field.value }).catch(() => null);
      if (said?.ok) {
        box.remove();
        resolve();
      } else box.querySelector('[role=alert]').textContent = (await said?.json().catch(() => null))?.msg || word('failed');
    });
  });
}
