/**
 * Preparing a meeting without losing one's place: forms marked [data-plan] are sent here and the page's #plan is exchanged
 * for the answer's. Without this script they are plain forms. What asks first (data-confirm) has been agreed to before.
 */
import { csrf } from '@lib/api.js';
import { toast } from '@lib/toast.js';
import { send } from '@lib/upload.js';

const plan = () => document.getElementById('plan');

/**
 * The answer's page takes this page's place; focus returns to the same control. What is being asked is answered first.
 * A form that has the focus stays where it is, and one in which something was typed moves over, but not the one that was sent.
 */
async function exchange(html, anchor, sent) {
  const asking = document.querySelector('dialog[open]');
  if (asking) await new Promise((ok) => asking.addEventListener('close', ok, { once: true }));
  const fresh = new DOMParser().parseFromString(html, 'text/html').getElementById('plan');
  if (!fresh) { location.reload(); return; }
  const old = plan();
  const held = document.activeElement;
  const stays = held?.closest('#plan form');
  const pairs = [...old.querySelectorAll('form')].map((form) => [form, twin(form, old, fresh)]);
  for (const [form, other] of pairs) if (other && ![sent, stays].includes(form) && isTouched(form)) other.replaceWith(form);
  const other = stays !== sent && pairs.find(([form]) => form === stays)?.[1];
  if (other) exchangeAround(old, fresh, stays, other);
  else {
    const place = held?.id && old.contains(held) ? (page) => page.querySelector(`#${CSS.escape(held.id)}`) : placeOf(held);
    old.replaceWith(fresh);
    (place(fresh) || (anchor && document.getElementById(anchor)))?.focus?.({ preventScroll: true });
  }
  plan().dispatchEvent(new CustomEvent('plan:fresh', { bubbles: true }));
  start();
}

/** Everything beside the way down to a form is exchanged; the form, with focus and half a word, is not touched. */
function exchangeAround(old, fresh, form, other) {
  for (let a = old, b = fresh; a !== form; ) {
    const way = [...a.children].find((one) => one.contains(form));
    const beside = [...b.childNodes];
    const at = beside.findIndex((one) => one.contains(other));
    for (const node of [...a.childNodes]) if (node !== way) node.remove();
    way.before(...beside.slice(0, at));
    way.after(...beside.slice(at + 1));
    [a, b] = [way, beside[at]];
  }
}

const isTouched = (form) => [...form.elements].some((one) => {
  if (one.type === 'select-one') return one.selectedIndex !== Math.max(0, [...one.options].findIndex((option) => option.defaultSelected));
  if (one.type === 'select-multiple') return [...one.options].some((option) => option.selected !== option.defaultSelected);
  return ['text', 'search', 'textarea'].includes(one.type) && one.value !== one.defaultValue;
});

/** The same form in the fresh page: the one of its address, or of its place among those. */
function twin(form, old, fresh) {
  const same = (page) => [...page.querySelectorAll('form')].filter((one) => one.getAttribute('action') === form.getAttribute('action'));
  return same(fresh)[same(old).indexOf(form)];
}

/** Where a control without an id stands: the same place in the same row, or in the page. */
const controls = 'a, button, input:not([type=hidden]), select, textarea';
function placeOf(element) {
  const row = element?.closest?.('[data-item]');
  const within = row ?? plan();
  const at = [...within.querySelectorAll(controls)].indexOf(element);
  return at < 0 ? () => null : (fresh) => (row ? fresh.querySelector(`[data-item="${row.dataset.item}"]`) : fresh)?.querySelectorAll(controls)[at];
}

async function post(url, body, sent = null) {
  let response;
  try {
    response = await fetch(url, { method: 'POST', body, headers: { 'X-CSRFToken': csrf(), Accept: 'text/html' }, credentials: 'same-origin' });
  } catch {
    toast(plan().dataset.unreached ?? 'Chưa tới được máy chủ. Hãy thử lại.', { tone: 'bad' });
    return;
  }
  const anchor = new URL(response.url).hash.slice(1);
  await exchange(await response.text(), anchor, sent);
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  if (!form.matches('[data-plan]') || form.dataset.filesOf !== undefined) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.busy) return;
  const body = new FormData(form, event.submitter ?? undefined);
  form.dataset.busy = '1';
  await post(form.action, body, form);
  delete form.dataset.busy;
}, true);

document.addEventListener('change', (event) => {
  const form = event.target.form;
  if (form?.matches('[data-plan][data-auto]')) form.requestSubmit();
  if (event.target.matches('[data-drop-input]')) dropAll(event.target.closest('[data-drop-all]'), event.target.files).catch(() => {});
  if (form?.dataset.filesOf !== undefined && event.target.type === 'file') {
    take(form, [...event.target.files]);
    event.target.value = '';
  }
});

// --- files ---

/** Many files at once find their items by their names; what that needs is fetched when it is first used. */
async function dropAll(zone, given) {
  const files = [...given];
  if (!zone || !files.length) return;
  const { drop } = await import('./lib/dropping.js');
  await drop(zone.dataset.dropAll, files, () => post(document.querySelector('#plan [data-files-of]').action.replace(/\/files$/, '/files/settle'), new FormData()));
}

/** A paper is dragged to the item, or to the papers of the whole meeting, where it belongs. */
const PAPER = 'text/x-paper';
document.addEventListener('dragstart', (event) => {
  const paper = event.target.closest?.('[data-paper]');
  if (paper) event.dataTransfer.setData(PAPER, paper.dataset.paper);
});
function movePaper(id, form) {
  const body = new FormData();
  body.append('item', form.dataset.filesOf);
  return post(form.action.replace(/\/files$/, `/papers/${id}/move`), body);
}

/** Each file for itself: sent, remembered by the server as waiting, taken in when its checks are over. */
async function take(form, files) {
  const place = form.parentElement;
  for (const file of files) {
    const chip = document.createElement('span');
    chip.className = 'fc warn';
    chip.textContent = file.name;
    place.insertBefore(chip, form);
    const sent = await send(file);
    if (sent.state === 'refused') {
      chip.remove();
      toast(sent.msg, { tone: 'bad' });
      continue;
    }
    const body = new FormData();
    body.append('staged', sent.id);
    if (form.dataset.filesOf) body.append('item', form.dataset.filesOf);
    await post(form.action, body, form);
  }
}

for (const name of ['dragenter', 'dragover', 'dragleave', 'drop'])
  document.addEventListener(name, (event) => {
    const isPaper = event.dataTransfer?.types.includes(PAPER);
    const all = !isPaper && event.target.closest?.('[data-drop-all]');
    if (all && event.dataTransfer?.types.includes('Files')) {
      event.preventDefault();
      all.classList.toggle('over', name === 'dragenter' || name === 'dragover');
      if (name === 'drop') dropAll(all, event.dataTransfer.files);
      return;
    }
    const paper = isPaper ? null : event.target.closest?.('.m-fc[data-paper]');
    const zone = paper ?? event.target.closest?.('[data-item], .m-common-f');
    const form = zone?.closest('[data-item], .m-common-f').querySelector('[data-files-of]');
    if (!form || !(isPaper || event.dataTransfer?.types.includes('Files'))) return;
    event.preventDefault();
    zone.classList.toggle('over', name === 'dragenter' || name === 'dragover');
    if (name !== 'drop') return;
    if (isPaper) movePaper(event.dataTransfer.getData(PAPER), form);
    else if (paper) exchangePaper(paper.querySelector('[data-replace]'), event.dataTransfer.files[0]);
    else take(form, [...event.dataTransfer.files]);
  });

/** A newer file takes a paper's place: dropped on it, or chosen. The page shows how far that is. */
async function exchangePaper(button, file) {
  if (!button) return;
  const { replace } = await import('./lib/replacing.js');
  if (await replace(Number(button.dataset.mid), button.dataset.replace, file)) await post(settlePlace(button), new FormData());
}
document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-replace]');
  if (button) exchangePaper(button);
});

let settling = 0;
function settle() {
  clearTimeout(settling);
  const waiting = document.querySelector('[data-pending]');
  if (!waiting) return;
  settling = setTimeout(() => post(settlePlace(waiting), new FormData()), 1500);
}

const settlePlace = (one) => one.closest('.fl').querySelector('[data-files-of]').action.replace(/\/files$/, '/files/settle');

// --- order ---

function order(ids) {
  const body = new FormData();
  for (const id of ids) body.append('order', id);
  return post(document.querySelector('[data-items]').dataset.order, body);
}

const planned = () => [...document.querySelectorAll('[data-items] [data-planned]')].map((row) => row.dataset.item);

document.addEventListener('keydown', (event) => {
  const grip = event.target.closest?.('.ai .grip');
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!grip || !step) return;
  event.preventDefault();
  const ids = planned();
  const at = ids.indexOf(grip.closest('[data-item]').dataset.item);
  const to = at + step;
  if (to < 0 || to >= ids.length) return;
  ids.splice(to, 0, ...ids.splice(at, 1));
  order(ids);
});

document.addEventListener('click', (event) => {
  const link = event.target.closest?.('[data-to-budget], [data-to-new]');
  if (!link) return;
  const field = link.dataset.toBudget ? document.querySelector(`[data-item="${link.dataset.toBudget}"] [name=budget_min]`) : document.querySelector('.m-new [name=title]');
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: 'center' });
  field.focus();
});

// Dragging is fetched when a pointer first comes near a grip; a finger that waits for it there is told of again.
let held = null;
async function sort(event) {
  const list = event.target.closest?.('[data-items]');
  if (!list || !event.target.closest('.grip') || list.sorter) return;
  const { default: Sortable } = await import('sortablejs');
  if (!list.isConnected) return;
  list.sorter ??= Sortable.create(list, {
    handle: '.grip', draggable: '[data-planned]', animation: 120, chosenClass: 'lift',
    onEnd: ({ oldIndex, newIndex }) => { if (oldIndex !== newIndex) order(planned()); },
  });
  if (event.type === 'pointerdown' && held === event.pointerId) event.target.dispatchEvent(new PointerEvent('pointerdown', event));
}
document.addEventListener('pointerover', sort);
document.addEventListener('pointerdown', (event) => { if (event.isTrusted && event.pointerType !== 'mouse') held = event.pointerId; sort(event); });
for (const name of ['pointerup', 'pointercancel']) document.addEventListener(name, () => { held = null; });

function start() {
  settle();
  for (const one of document.querySelectorAll('#plan select[data-pick]:not(.tomselected)')) import('@lib/pick.js').then(({ pick }) => pick(one));
}
start();
