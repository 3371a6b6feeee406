/** Places to drop files on: what was chosen is listed; with data-upload each file is sent at once, with its progress. */
import { api, csrf } from './api.js';
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

/** Show how an upload stands; what was refused carries its reason and is not part of the form. */
function settle({ item, note }, answer) {
  const refused = !answer || answer.state === 'refused';
  item.classList.toggle('bad', refused);
  item.dataset.state = answer?.state ?? 'failed';
  note.textContent = refused ? answer?.msg || word('file-failed') : word(answer.state === 'checking' ? 'file-checking' : 'file-sent');
  if (refused) item.querySelector('input')?.remove();
}

/** Ask again after the server said that it has read a file; without a live line the page asks every two seconds. */
async function follow(shown, id) {
  for (let asked = 0; asked < 60 && shown.item.isConnected; asked += 1) {
    await new Promise((resolve) => {
      const done = (event) => event.detail?.id === id && finish();
      const finish = () => {
        document.removeEventListener('desk:staged', done);
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(finish, 2000);
      document.addEventListener('desk:staged', done);
    });
    const answer = await api(`/files/staged/${id}`).catch(() => null);
    if (!answer || answer.state === 'checking') continue;
    settle(shown, answer);
    shown.item.dispatchEvent(new CustomEvent('drop:read', { bubbles: true, detail: answer }));
    return;
  }
}

/**
 * Send one file. Its id becomes a hidden field named as the zone says (data-name). Events, bubbling from the list:
 * `drop:done` when the server has it, `drop:read` when it has been looked through, `drop:failed`.
 */
function upload(zone, list, file) {
  const shown = line(file);
  const bar = document.createElement('progress');
  bar.max = 100;
  shown.item.append(bar);
  list.append(shown.item);
  const request = new XMLHttpRequest();
  request.open('POST', zone.dataset.upload);
  request.setRequestHeader('X-CSRFToken', csrf());
  request.setRequestHeader('Accept', 'application/json');
  request.responseType = 'json';
  request.upload.addEventListener('progress', (event) => event.lengthComputable && (bar.value = (event.loaded / event.total) * 100));
  request.addEventListener('loadend', () => {
    bar.remove();
    const given = Array.isArray(request.response) ? request.response[0] : request.response;
    const ok = request.status >= 200 && request.status < 300 && given?.id;
    if (ok) {
      const kept = document.createElement('input');
      Object.assign(kept, { type: 'hidden', name: zone.dataset.name, value: given.id });
      shown.item.append(kept);
    }
    settle(shown, ok ? given : { state: 'refused', msg: given?.msg });
    list.dispatchEvent(new CustomEvent(ok ? 'drop:done' : 'drop:failed', { bubbles: true, detail: { file, answer: given, item: shown.item } }));
    if (ok && given.state === 'checking') follow(shown, given.id);
  });
  const body = new FormData();
  body.append('file', file);
  request.send(body);
}

function taken(zone, input) {
  const list = zone.parentElement.querySelector('[data-files]');
  const files = [...input.files];
  if (!list) return;
  if (zone.dataset.upload) {
    if (!input.multiple) list.replaceChildren();
    files.forEach((file) => upload(zone, list, file));
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
