/** The meeting room: the server tells, this page shows; what is pressed is asked for and seen when the server says so. */
import { Reader } from '@lib/reader-view.js';
import { Agenda } from './lib/agenda.js';
import { Announce } from './lib/announce.js';
import { Attendance } from './lib/attendance.js';
import { Ballot } from './lib/ballot.js';
import { Calls } from './lib/calls.js';
import { Desk } from './lib/desk.js';
import { Follow } from './lib/follow.js';
import { Line } from './lib/line.js';
import { Members } from './lib/members.js';
import { Notes } from './lib/notes.js';
import { all, clock, el, fillBar, find, minutes, mmss, setText, word } from './lib/page.js';
import { Presenter } from './lib/presenter.js';
import { presser } from './lib/press.js';
import { QueueDesk } from './lib/queue-desk.js';
import { initials, Speakers } from './lib/speakers.js';
import { current, spent } from './lib/state.js';
import { Undo } from './lib/undo.js';
import { VoteDesk } from './lib/vote-desk.js';

const root = find('#room');
const welcome = JSON.parse(root.dataset.welcome);
const mid = welcome.state.mid;
const line = new Line(mid, welcome);
const reader = new Reader(find('[data-reader-host]'));
const press = presser(line);
let count = 0;
let desk = null;
let queueDesk = null;
let voteDesk = null;
let members = null;
let record = null;

const follow = new Follow(reader, { mid, line, state: () => line.state, me: () => line.me.p }, (page) => presenter.lead(page));
const presenter = new Presenter(line, follow, reader, press);
const speakers = new Speakers(line, press);
const attendance = new Attendance(line, press);
const announce = new Announce(line, press);
const calls = new Calls(line, press);
const ballot = new Ballot(line);
const notes = new Notes(reader, follow, { mid, user: Number(root.dataset.user), state: () => line.state });
if (line.me.can.includes('run')) {
  const undo = new Undo();
  queueDesk = new QueueDesk(line, press, speakers, undo);
  voteDesk = new VoteDesk(line, press, ballot);
  members = new Members(line, press);
  desk = new Desk(line, press, { follow, reader, presenter, undo, queue: queueDesk, votes: voteDesk });
  const acts = { start: (id) => desk.start(id), call: (rq) => queueDesk.call(rq), open: (id) => follow.open(id), person: (one) => attendance.menu(one) };
  // The list of commands and the running minutes are fetched when they are first wanted.
  let palette = null;
  const openPalette = async () => {
    palette ??= import('./lib/palette.js').then(({ Palette }) => new Palette(line, acts));
    (await palette).open();
  };
  for (const button of all('[data-palette-open]')) button.addEventListener('click', openPalette);
  addEventListener('keydown', (event) => {
    if (event.code !== 'KeyK' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (!event.repeat) openPalette();
  });
  const openMinutes = (event) => {
    if (record || (event.type === 'click' ? !event.target.closest('[data-minutes]') : !event.key.startsWith('Arrow'))) return;
    record = import('./lib/minutes.js').then(({ Minutes }) => { record = new Minutes(line); });
  };
  for (const name of ['click', 'keydown']) find('.m-stage')?.addEventListener(name, openMinutes);
}
const agenda = new Agenda(
  { state: () => line.state, now: () => line.now(), runs: () => line.me.can.includes('run'), chairs: () => line.me.can.includes('chair'), reading: () => follow.file },
  { open: (id) => { follow.open(id); shut(); }, start: (id) => desk.start(id), move: (id, step) => desk.move(id, step), order: (planned) => desk.order(planned), shorten: (items) => press('agenda.shorten', { items }) },
);

function draw() {
  const { state } = line;
  setText('[data-title]', state.title);
  const sub = state.att ? word('members-in', { place: state.place, in: state.att.in, of: state.att.of }) : count ? word('present', { place: state.place, n: count }) : state.place;
  setText('[data-sub]', sub);
  agenda.draw();
  floor();
  attendance.draw();
  desks();
}

/** What whoever runs the room has in hand; and the delegate's own buttons. */
function desks() {
  const now = line.now();
  presenter.draw();
  calls.draw(now);
  queueDesk?.draw(now);
  voteDesk?.draw();
  members?.draw(now);
  record?.draw?.();
  desk?.draw();
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
  speakers.draw();
  const { speech } = speakers;
  setText('[data-floor-mark]', speech ? initials(speech.n ?? speakers.name(speech.p)) : item ? String(state.items.indexOf(item) + 1) : '–');
  tick();
}

let spokenMinute = null;
function tick() {
  const { state } = line;
  const now = line.now();
  setText('[data-wall]', clock(now));
  const speech = speakers.clock(now);
  const item = current(state);
  face(speech ?? (item ? { used: spent(state, item, now), limit: item.budget_s, left: item.budget_s - spent(state, item, now) } : null), Boolean(speech));
  speakers.tick(now);
  announce.tick(now);
  ballot.tick(now);
  voteDesk?.tick(now);
  const minute = Math.floor(now / 60000);
  if (spokenMinute !== minute) { spokenMinute = minute; agenda.draw(); desks(); }
}

/** The room's clock: what is left of the speech, or of the item when nobody speaks. */
function face(time, isSpeech) {
  const shown = !time ? { text: '--:--', note: '', tone: '' } : isSpeech ? Speakers.face(time) : {
    text: mmss(Math.abs(time.left)), note: time.limit ? word(time.left >= 0 ? 'left' : 'over-by', { n: minutes(time.limit) }) : '', tone: time.left < 0 ? 'over' : '',
  };
  setText('[data-clock]', shown.text);
  setText('[data-clock-note]', shown.note);
  for (const one of all('[data-clock]')) {
    one.classList.toggle('over', shown.tone === 'over');
    one.classList.toggle('soft', shown.tone === 'soft');
    one.classList.toggle('m-long', shown.text.length > 6);
  }
  const bar = find('[data-clock-bar]');
  const isLate = Boolean(time) && time.left !== null && time.left < (isSpeech ? 30 : 60);
  if (bar) fillBar(bar, time?.used ?? 0, time?.limit ?? 0, isLate ? 'o' : 'g');
  const ring = find('[data-clock-ring]')?.lastElementChild;
  const share = time?.limit ? Math.max(0, (time.left / time.limit) * 100) : 0;
  ring?.setAttribute('stroke-dasharray', `${share.toFixed(1)} 100`);
  ring?.setAttribute('stroke', isLate ? 'var(--warn)' : 'var(--gold)');
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
addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.target.closest('dialog')) return;
  if (find('.m-scrim').hidden) ballot.fold();
  shut();
});
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
  ballot.update();
  draw();
  say(detail.applied);
  document.body.dataset.v = String(line.state.v);
  if (line.me.can.includes('run') !== Boolean(desk)) location.reload();
});
line.addEventListener('lv', ({ detail }) => {
  if (detail.key === 'online') {
    count = detail.d.n;
    attendance.draw(new Set(detail.d.people ?? []));
    draw();
  } else if (detail.key === 'vote') {
    ballot.count(detail.d);
    voteDesk?.count(detail.d);
  }
});
line.addEventListener('net', ({ detail }) => { notes.net(detail.how, clock(detail.since)); ballot.draw(); });
line.addEventListener('bye', () => over(word('removed')));
follow.addEventListener('file', () => draw());
follow.addEventListener('redraw', () => draw());
reader.addEventListener('page', desks);
reader.addEventListener('opened', desks);

const first = current(line.state)?.files.find((file) => file.url) ?? line.state.papers.find((file) => file.url);
follow.update(null);
if (!follow.file && first) follow.open(first.id);
ballot.update();
draw();
setInterval(tick, 1000);
document.body.dataset.v = String(line.state.v);
document.body.dataset.ready = '';
