/** Places to drop files on: what was chosen is listed; with data-upload each file is sent at once, with its progress. */
import { csrf } from './api.js';
import { toast } from './toast.js';
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

/** Send one file; the answer (JSON) is told by the event `drop:done`, which bubbles from the list. */
function upload(zone, input, list, file) {
  const { item, note } = line(file);
  const bar = document.createElement('progress');
  bar.max = 100;
  item.append(bar);
  list.append(item);
  const request = new XMLHttpRequest();
  request.open('POST', zone.dataset.upload);
  request.setRequestHeader('X-CSRFToken', csrf());
  request.setRequestHeader('Accept', 'application/json');
  request.responseType = 'json';
  request.upload.addEventListener('progress', (event) => event.lengthComputable && (bar.value = (event.loaded / event.total) * 100));
  request.addEventListener('loadend', () => {
    bar.remove();
    const answer = request.response;
    const done = request.status >= 200 && request.status < 300;
    note.textContent = done ? word('file-sent') : answer?.msg || word('file-failed');
    if (!done) item.classList.add('bad');
    if (done && answer?.id !== undefined) {
      const kept = document.createElement('input');
      Object.assign(kept, { type: 'hidden', name: `${input.name}_id`, value: answer.id });
      item.append(kept);
    }
    list.dispatchEvent(new CustomEvent(done ? 'drop:done' : 'drop:failed', { bubbles: true, detail: { file, answer, item } }));
  });
  const body = new FormData();
  body.append(input.name, file);
  request.send(body);
}

function taken(zone, input) {
  const list = zone.parentElement.querySelector('[data-files]');
  const files = [...input.files];
  if (!list) return;
  if (zone.dataset.upload) {
    files.forEach((file) => upload(zone, input, list, file));
    input.value = '';
  } else list.replaceChildren(...files.map((file) => line(file).item));
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
  for (const name of ['dragenter', 'dragover', 'dragleave', 'drop'])
    document.addEventListener(name, (event) => {
      const zone = event.target.closest?.('[data-drop]');
      if (!zone) return;
      event.preventDefault();
      zone.classList.toggle('over', name === 'dragenter' || name === 'dragover');
      if (name !== 'drop') return;
      const input = zone.querySelector('input');
      const good = [...event.dataTransfer.files].filter((file) => fits(input, file));
      if (good.length < event.dataTransfer.files.length) toast(word('file-kind', { kinds: input.accept }), { tone: 'warn' });
      const box = new DataTransfer();
      good.slice(0, input.multiple ? undefined : 1).forEach((file) => box.items.add(file));
      if (!box.files.length) return;
      input.files = box.files;
      taken(zone, input);
    });
}
