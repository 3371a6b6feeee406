/** Places to drop files on: what was chosen is listed; with data-upload each file is sent at once, with its progress. */
import { toast } from './toast.js';
import { askNotSecret, discard, upload } from './upload.js';
import { word } from './words.js';

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1).replace('.', ',')} MB`);

function line(file) {
  const item = document.createElement('li');
  const name = document.createElement('b');
  const note = document.createElement('small');
  name.textContent = file.name;
  note.textContent = size(file.size);
  note.className = 'num';
  item.append(name, note);
  return { item, note };
}

/** Show how an upload stands, a problem in the server's own words; what was refused is not part of the form. */
function settle({ item, note }, answer) {
  const refused = answer.state === 'refused';
  item.classList.toggle('bad', refused);
  item.dataset.state = answer.state;
  note.classList.toggle('why', Boolean(answer.problem));
  note.textContent = answer.msg || word('file-sent');
  if (refused) item.querySelector('input')?.remove();
}

/** Take a file off its form, and off the server. */
function drop(item) {
  const kept = item.querySelector('input');
  if (kept) discard(kept.value);
  item.dispatchEvent(new CustomEvent('drop:removed', { bubbles: true, detail: { id: kept?.value ?? null } }));
  const list = item.parentElement;
  item.remove();
  if (unsent.delete(item)) offer(list);
}

function remover(item, file) {
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'b g q' });
  button.setAttribute('aria-label', `${word('remove')} ${file.name}`);
  const cross = document.getElementById('toast-shape')?.content.querySelector('button svg');
  button.append(cross ? cross.cloneNode(true) : '×');
  button.addEventListener('click', () => drop(item));
  return button;
}

/** Lines of files that never arrived, each with how it is sent again. */
const unsent = new Map();

/** One button sends all of them again, where there is one. */
function offer(list) {
  const button = list.parentElement?.querySelector('[data-resend]');
  if (button) button.hidden = ![...unsent.keys()].some((item) => list.contains(item));
}

/**
 * Send one file, anew under the same key where that failed. Its id becomes a hidden field named as the zone says (data-name). Events, bubbling from its line:
 * `drop:done` when the server has it, `drop:read` when it has been looked through, `drop:failed`, `drop:removed`;
 * and those of `upload.js`.
 */
async function sendFile(zone, list, file, key = crypto.randomUUID()) {
  const shown = line(file);
  const { item } = shown;
  const bar = document.createElement('progress');
  bar.max = 1;
  item.append(remover(item, file), bar);
  list.append(item);
  const tell = (name, detail) => item.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  const onCut = () => {
    shown.note.textContent = word('file-cut');
    bar.value = 0;
    return item.isConnected;
  };
  const onSent = (answer) => {
    bar.remove();
    if (answer.problem === 'unsent') unsent.set(item, () => sendFile(zone, list, file, key));
    if (answer.id) {
      const kept = document.createElement('input');
      Object.assign(kept, { type: 'hidden', name: zone.dataset.name, value: answer.id });
      item.append(kept);
    }
    settle(shown, answer);
    tell(answer.state === 'refused' ? 'drop:failed' : 'drop:done', { file, answer, item });
  };
  const onProgress = (share) => (bar.value = share);
  const answer = await upload(file, item, { url: zone.dataset.upload, key, onProgress, onCut, onSent });
  offer(list);
  settle(shown, answer);
  if (answer.id) tell('drop:read', answer);
  if (answer.clear) {
    await askNotSecret(answer, item);
    item.remove();
    sendFile(zone, list, file);
  }
}

function taken(zone, input) {
  const list = zone.parentElement.querySelector('[data-files]');
  const files = [...input.files];
  if (!list) return;
  if (zone.dataset.upload) {
    if (!input.multiple) list.replaceChildren();
    files.forEach((file) => sendFile(zone, list, file));
    input.value = '';
  } else list.replaceChildren(...files.map((file) => line(file).item));
}

/** What lies in a folder, folders in it too; a browser tells of a hundred at a time. */
async function inside(entry) {
  if (!entry.isDirectory) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    found.push(...some);
  }
  found.sort((a, b) => a.name.localeCompare(b.name, 'vi', { numeric: true }));
  return (await Promise.all(found.map(inside))).flat();
}

/** The files that were dropped, those of a folder in the order of their names. */
async function dropped(transfer) {
  const files = [...transfer.files];
  const entries = [...(transfer.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return files;
  return (await Promise.all(entries.map((entry) => inside(entry).catch(() => [])))).flat();
}

function fits(input, file) {
  const kinds = input.accept.split(',').map((kind) => kind.trim().toLowerCase()).filter(Boolean);
  return !kinds.length || kinds.some((kind) => file.name.toLowerCase().endsWith(kind));
}

export function startDrop() {
  document.addEventListener('change', (event) => {
    const zone = event.target.closest?.('[data-drop]');
    if (zone) taken(zone, event.target);
  });
  document.addEventListener('click', (event) => {
    const list = event.target.closest('[data-resend]')?.parentElement.querySelector('[data-files]');
    for (const [item, again] of list ? unsent : []) {
      if (!list.contains(item)) continue;
      unsent.delete(item);
      item.remove();
      again();
    }
    if (list) offer(list);
  });
  // Files that came with a form which was refused are listed by the server.
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-drop-kept]');
    if (button) drop(button.closest('li'));
  });
  for (const name of ['dragenter', 'dragover', 'dragleave', 'drop'])
    document.addEventListener(name, async (event) => {
      const zone = event.target.closest?.('[data-drop]');
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle('over', name === 'dragenter' || name === 'dragover');
      if (name !== 'drop') return;
      const input = zone.querySelector('input');
      const given = await dropped(event.dataTransfer);
      const good = given.filter((file) => fits(input, file));
      if (good.length < given.length) toast(word('file-kind', { kinds: input.accept }), { tone: 'warn' });
      const box = new DataTransfer();
      good.slice(0, input.multiple ? undefined : 1).forEach((file) => box.items.add(file));
      if (!box.files.length) return;
      input.files = box.files;
      taken(zone, input);
    });
  // Whoever was quicker than this module has chosen already.
  for (const input of document.querySelectorAll('[data-drop] input[type=file]'))
    if (input.files.length) taken(input.closest('[data-drop]'), input);
}
