/** The meeting room: the server tells, this page shows; what is pressed is asked for and seen when the server says so. */
import { Reader } from '@lib/reader-view.js';
import { Agenda } from './lib/agenda.js';
import { Desk } from './lib/desk.js';
import { Follow } from './lib/follow.js';
import { Line } from './lib/line.js';
import { Notes } from './lib/notes.js';
import { all, clock, el, fillBar, find, minutes, mmss, setText, word } from './lib/page.js';
import { current, spent } from './lib/state.js';

const root = find('#room');
const welcome = JSON.parse(root.dataset.welcome);
const mid = welcome.state.mid;
const line = new Line(mid, welcome);
const reader = new Reader(find('[data-reader-host]'));
let online = new Set();
let count = 0;
let desk = null;

const follow = new Follow(reader, { mid, line, state: () => line.state, me: () => line.me.p }, (page) => desk?.lead(page));
const notes = new Notes(reader, follow, { mid, user: Number(root.dataset.user), state: () => line.state });
if (line.me.can.includes('run')) desk = new Desk(line, follow, reader);
const agenda = new Agenda(
  { state: () => line.state, now: () => line.now(), runs: () => line.me.can.includes('run'), chairs: () => line.me.can.includes('chair'), reading: () => follow.file },
  { open: (id) => { follow.open(id); shut(); }, start: (id) => desk.start(id), move: (id, step) => desk.move(id, step), order: (planned) => desk.order(planned) },
);

function draw() {
  const { state } = line;
  setText('[data-title]', state.title);
  const sub = word('present', { place: state.place, n: count });
  setText('[data-sub]', count ? sub : state.place);
  agenda.draw();
  floor();
  desk?.draw();
  desk?.people(online);
}

/** The item on the floor; its clock ticks here, not over the network. */
function floor() {
  const { state } = line;
  const item = current(state);
  const inSession = state.state === 'live';
  setText('[data-now-no]', item ? String(state.items.indexOf(item) + 1) : '–');
  setText('[data-now-title]', item?.t ?? (inSession ? word('no-item') : word(`state-${state.state}`)));
  setText('[data-now-state]', state.state === 'paused' ? word('paused') : item && state.cur.since ? word('since', { at: clock(state.cur.since) }) : '');
  setText('[data-now-note]', item?.owner ? word('reports', { name: item.owner.n }) : '');
  tick();
}

let spokenMinute = null;
function tick() {
  const { state } = line;
  const now = line.now();
  setText('[data-wall]', clock(now));
  const item = current(state);
  const used = item ? spent(state, item, now) : 0;
  const left = item ? item.budget_s - used : 0;
  setText('[data-clock]', item ? mmss(Math.abs(left)) : '--:--');
  setText('[data-clock-note]', item && item.budget_s ? word(left >= 0 ? 'left' : 'over-by', { n: minutes(item.budget_s) }) : '');
  for (const one of all('[data-clock]')) one.classList.toggle('over', left < 0);
  const bar = find('[data-clock-bar]');
  if (bar) fillBar(bar, used, item?.budget_s ?? 0, left < 60 ? 'o' : 'g');
  const ring = find('[data-clock-ring]')?.lastElementChild;
  ring?.setAttribute('stroke-dasharray', `${item?.budget_s ? Math.max(0, (left / item.budget_s) * 100).toFixed(1) : 0} 100`);
  ring?.setAttribute('stroke', left < 60 ? 'var(--warn)' : 'var(--gold)');
  const minute = Math.floor(now / 60000);
  if (spokenMinute !== minute) { spokenMinute = minute; agenda.draw(); desk?.draw(); }
}

function say(applied) {
  const last = applied?.findLast?.((frame) => frame.t === 'item.started' || frame.t === 'meeting.state');
  if (!last) return;
  const item = current(line.state);
  find('[data-say]').textContent = last.t === 'item.started' && item
    ? word('item-now', { no: line.state.items.indexOf(item) + 1, title: item.t })
    : word(`state-${line.state.state}`);
}

function shut() {
  for (const id of ['agenda', 'side']) document.getElementById(id)?.classList.remove('open');
  for (const button of all('[data-sheet]')) button.setAttribute('aria-expanded', 'false');
  find('.m-scrim').hidden = true;
}

function over(text) {
  find('[data-none]').hidden = false;
  find('[data-none-word]').textContent = text;
  find('[data-none]').append(el('a', { class: 'b p', href: '/meetings' }, word('leave')));
  reader.close();
}

for (const button of all('[data-sheet]'))
  button.addEventListener('click', () => {
    const sheet = document.getElementById(button.dataset.sheet);
    const isOpen = sheet.classList.contains('open');
    shut();
    if (isOpen) return;
    sheet.classList.add('open');
    button.setAttribute('aria-expanded', 'true');
    find('.m-scrim').hidden = false;
    sheet.querySelector('button, a')?.focus();
  });
for (const button of all('[data-shut]')) button.addEventListener('click', shut);
addEventListener('keydown', (event) => { if (event.key === 'Escape') shut(); });
find('[data-page-back]').addEventListener('click', () => reader.back());
find('[data-page-next]').addEventListener('click', () => reader.next());
find('[data-in]').addEventListener('click', () => reader.zoom(1.25));
find('[data-out]').addEventListener('click', () => reader.zoom(0.8));
find('[data-reader-host]').addEventListener('keydown', (event) => {
  if (event.key === 'PageDown' || event.key === 'ArrowRight') reader.next();
  else if (event.key === 'PageUp' || event.key === 'ArrowLeft') reader.back();
  else return;
  event.preventDefault();
});

line.addEventListener('state', ({ detail }) => {
  follow.update(detail.applied);
  draw();
  say(detail.applied);
  document.body.dataset.v = String(line.state.v);
  if (line.me.can.includes('run') !== Boolean(desk)) location.reload();
});
line.addEventListener('lv', ({ detail }) => {
  if (detail.key !== 'online') return;
  count = detail.d.n;
  online = new Set(detail.d.people ?? []);
  draw();
});
line.addEventListener('net', ({ detail }) => notes.net(detail.how, clock(detail.since)));
line.addEventListener('bye', () => over(word('removed')));
follow.addEventListener('file', () => draw());
follow.addEventListener('redraw', () => draw());
reader.addEventListener('page', () => desk?.draw());
reader.addEventListener('opened', () => desk?.draw());

const first = current(line.state)?.files.find((file) => file.url) ?? line.state.papers.find((file) => file.url);
follow.update(null);
if (!follow.file && first) follow.open(first.id);
draw();
setInterval(tick, 1000);
document.body.dataset.v = String(line.state.v);
document.body.dataset.ready = '';
