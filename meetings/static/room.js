/** The meeting room: the server tells, this page shows; what is pressed is asked for and seen when the server says so. */
import { startFull } from '@lib/full.js';
import { Reader } from '@lib/reader-view.js';
import { Agenda } from './lib/agenda.js';
import { Announce } from './lib/announce.js';
import { Attendance } from './lib/attendance.js';
import { isOnTheWay } from './lib/ballot-box.js';
import { Calls } from './lib/calls.js';
import { Counts } from './lib/counts.js';
import { Follow } from './lib/follow.js';
import { later, surely } from './lib/later.js';
import { Line } from './lib/line.js';
import { Notes } from './lib/notes.js';
import { all, clock, el, fillBar, find, minutes, mmss, setText, word } from './lib/page.js';
import { Places } from './lib/places.js';
import { Presenter } from './lib/presenter.js';
import { presser } from './lib/press.js';
import { startRail } from './lib/rail.js';
import { initials, Speakers } from './lib/speakers.js';
import { current, papers, spent } from './lib/state.js';

/** The ballot is fetched this long (ms) after the page, at different moments on different tablets. */
const SOON = 4000, SPREAD = 4000;
/** What the room needs when the network fails is fetched this long (ms) after the page. */
const CALM = 4000;
/** So long (ms) a device that was replaced tries to send what it still holds. */
const LAST = 3000;
startFull();
const root = find('#room');
if (find('[data-rail]')) startRail(root);
const welcome = JSON.parse(root.dataset.welcome);
const mid = welcome.state.mid;
const line = new Line(mid, welcome);
const reader = new Reader(find('[data-reader-host]'));
const press = presser(line);
/** Whoever runs the room has a desk; what everybody else has needs none of it. */
const runs = line.me.can.includes('run'), chairs = line.me.can.includes('chair');
let running = null;
/** The ballot comes when a vote does, or some time after the page; what came of earlier votes is no news then. */
let ballot = null;
const settled = new Set((line.state.votes ?? []).filter((one) => one.st === 'published' || one.st === 'void').map((one) => one.id));
const counts = new Counts(line);

const follow = new Follow(reader, { mid, line, state: () => line.state, me: () => line.me.p }, (page) => presenter.lead(page));
const presenter = new Presenter(line, follow, reader, press);
const speakers = new Speakers(line, press, {
  at: () => follow.file && { file: follow.file, page: reader.page },
  open: (file, page) => follow.open(file, page),
});
const attendance = new Attendance(line, press);
const announce = new Announce(line, press);
const calls = new Calls(line, press);
const notes = new Notes(reader, follow, { mid, user: Number(root.dataset.user), line });
let revisions = null, fresh = null, stamp = null;
const replacing = later(() => import('./lib/replacing.js'));
const places = new Places(root.dataset.user, reader, follow);
const flow = later(async () => new (await import('./lib/flow.js')).Flow(reader, { follow, notes, places, line }));
const reading = later(async () => new (await import('./lib/reading.js')).Reading(reader, texts));
const more = later(() => import('./lib/more.js'));
const desk = runs && surely(() => import('./lib/running.js'), root.dataset.running).then((part) => {
  running = new part.Running(line, press, { follow, reader, presenter, speakers, attendance, counts });
  agenda.more.push((state, one) => running.ways(state, one));
  draw();
  return running;
});
const agenda = new Agenda(
  { state: () => line.state, now: () => line.now(), replaces: (item) => mayReplace(item), reading: () => follow.file, told: () => line.last.forecast },
  { open: (id) => { open(id); shut(); }, move: async (id, step) => (await desk).move(id, step), order: async (planned) => (await desk).order(planned), shorten: (items) => press('agenda.shorten', { items }), replace: async (file, given) => (await replacing())?.replace(mid, file.id, given) },
);

/** A paper opens where this person left it. */
function open(id) { follow.open(id, places.of(id)?.page); }

/** The paper as text, or its pages. */
async function texts(isOn) {
  const text = await flow();
  await text?.styled;
  if (text) text.show(isOn);
  else for (const one of all('[name=reads]')) one.checked = one.value === 'page';
}

/** Chair and secretary replace every paper, whoever reports on an item those of the item. */
function mayReplace(item) {
  const isOpen = !['ended', 'minutes', 'closed', 'cancelled'].includes(line.state.state);
  return isOpen && (runs || (item !== null && item.owner?.p === line.me.p));
}

/** What is said of papers that were replaced, and of marks that wait for a place, is fetched when there is any. */
async function versions() {
  const isAny = notes.tray > 0 || papers(line.state).some(({ file }) => file.map);
  if (!isAny && !revisions) return;
  revisions ??= surely(() => import('./lib/revisions.js'), root.dataset.revisions).then((part) => new part.Revisions(line, { mid, follow, reader, notes }));
  (await revisions).draw();
}

/** What is new to this person is marked in the agenda; over a paper whose copies carry a name stands the reader's. */
function news() {
  fresh ??= surely(() => import('./lib/fresh.js'), root.dataset.news).then((part) => new part.Fresh(line, follow, { mid, ids: root.dataset.fresh.split(' ') }));
}

async function stamps() {
  const isAsked = Boolean(papers(line.state).find(({ file }) => file.id === follow.file)?.file.mark);
  if (!isAsked && !stamp) return;
  stamp ??= surely(() => import('./lib/stamp.js'), root.dataset.stamp);
  (await stamp).stamp(reader.host, isAsked, line);
}

function draw() {
  const { state } = line;
  setText('[data-title]', state.title);
  setText('[data-sub]', state.att ? word('members-in', { place: state.place, in: state.att.in, of: state.att.of }) : state.place);
  agenda.draw();
  floor();
  attendance.draw();
  desks();
  rests();
  asks();
  outcomes();
  versions();
  stamps();
}

/** What a member says of an item before it is taken up has a part of its own, fetched where anybody is asked. */
let stands = null;
function asks() {
  const isAsked = (one) => one.st === 'planned' && ['decision', 'consent'].includes(one.kind);
  if (!stands && find('[data-stand]') && line.state.items.some(isAsked)) {
    stands = surely(() => import('./lib/stands.js'), root.dataset.stands).then((part) => part.offer(line, agenda));
  }
}

/** A rest, and the notes that are offered when all is over, have a part of their own. */
let rest = null, followed = null;
const resting = later(async () => (rest = new (await import('./lib/rest.js')).Rest(line, press, { notes, mid })));
async function rests() {
  if (rest || ['paused', 'ended', 'minutes'].includes(line.state.state)) (await resting())?.draw(line.now());
}

/** What whoever runs the room has in hand; and the delegate's own buttons. */
function desks() {
  const now = line.now();
  presenter.draw();
  calls.draw(now);
  running?.draw(now);
}

/** What votes came to stands at their item; all of it is on the ballot, or on the desk of whoever runs the room. */
let results = null;
async function outcomes() {
  if (!results && !line.state.votes?.some((one) => one.st === 'published')) return;
  const see = async (id) => (runs ? await desk : await fetchBallot()).see(id);
  results ??= surely(() => import('./lib/results.js'), root.dataset.results).then((part) => new part.Results(line, agenda, see));
  (await results).draw();
}

/** The ballot is needed at once while a vote is open, and where one is still on its way; else it may take its time. */
let fetched = null;
function fetchBallot() {
  return fetched ??= surely(() => import('./lib/ballot.js'), root.dataset.ballot).then((part) => {
    ballot = new part.Ballot(line, { counts, settled });
    ballot.update();
    return ballot;
  });
}

function votes() {
  if (ballot) ballot.update();
  else if (line.state.votes?.some((one) => one.st === 'open' || (one.st !== 'prepared' && !settled.has(one.id)))) fetchBallot();
}

/** The item on the floor; its clock ticks here, not over the network. */
function floor() {
  const { state } = line;
  const item = current(state);
  const inSession = state.state === 'live';
  setText('[data-now-no]', item ? String(state.items.indexOf(item) + 1) : '–');
  setText('[data-now-title]', item?.t ?? (inSession ? word('no-item') : word(`state-${state.state}`)));
  setText('[data-now-state]', state.state === 'paused' ? paused() : item && state.cur.since ? word('since', { at: clock(state.cur.since) }) : '');
  setText('[data-now-note]', item?.owner ? word('reports', { name: item.owner.n }) : '');
  if (state.state === 'paused') setText('.now1 [data-now-note]', paused());
  speakers.draw();
  const { speech } = speakers;
  setText('[data-floor-mark]', speech ? initials(speech.n ?? speakers.name(speech.p)) : item ? String(state.items.indexOf(item) + 1) : '–');
  tick();
}

const paused = () => word('paused') + (line.state.resumes ? word('till', { at: clock(line.state.resumes) }) : '');

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
  ballot?.tick(now);
  running?.tick(now);
  rest?.draw(now);
  followed?.tick();
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
  const opener = find('[data-sheet][aria-expanded=true]');
  if (opener && document.getElementById(opener.dataset.sheet).contains(document.activeElement)) opener.focus();
  for (const id of ['agenda', 'side']) document.getElementById(id)?.classList.remove('open');
  for (const button of all('[data-sheet]')) button.setAttribute('aria-expanded', 'false');
  find('.m-scrim').hidden = true;
}

function over(text) {
  find('[data-none]').hidden = false;
  find('[data-none-word]').textContent = text;
  if (!find('[data-give-back]')) find('[data-none]').append(el('a', { class: 'b p', href: '/meetings' }, word('leave')));
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
  if (event.key !== 'Escape' || event.target.closest('dialog[open]')) return;
  if (find('.m-scrim').hidden) ballot?.fold();
  shut();
});
find('[data-page-back]').addEventListener('click', () => reader.back());
find('[data-page-next]').addEventListener('click', () => reader.next());
find('[data-reading]').addEventListener('click', async () => { const ways = await reading(); if (ways?.isOpen) ways.shut(); else ways?.open(); });
find('[data-find]')?.addEventListener('click', async () => (await reading())?.open('words'));
find('[data-more]')?.addEventListener('click', async () => (await more())?.open(line, press));
for (const one of all('[name=reads]')) one.addEventListener('change', () => texts(one.value === 'text'));
for (const one of all('[data-as]')) one.addEventListener('click', () => find(one.dataset.as).click());
addEventListener('keydown', async (event) => {
  if (event.code !== 'KeyF' || !(event.ctrlKey || event.metaKey) || !follow.file) return;
  event.preventDefault();
  (await reading())?.open('words');
});
find('[data-text-size]').addEventListener('click', async () => { find('[data-say]').textContent = word('text-size', { n: (await import('./lib/text-size.js')).larger(root.dataset.user) }); });
find('[data-in]').addEventListener('click', () => reader.zoom(1.25));
find('[data-out]').addEventListener('click', () => reader.zoom(0.8));
find('[data-reader-host]').addEventListener('keydown', (event) => {
  if (event.key === 'PageDown' || event.key === 'ArrowRight') reader.next();
  else if (event.key === 'PageUp' || event.key === 'ArrowLeft') reader.back();
  else return;
  event.preventDefault();
});

notes.addEventListener('tray', () => versions());
line.addEventListener('state', ({ detail }) => {
  // Another role has another page: nothing is drawn on this one any more.
  if (line.me.can.includes('run') !== runs || line.me.can.includes('chair') !== chairs) { location.reload(); return; }
  if (detail.applied?.some((frame) => frame.t === 'file.map')) notes.sync();
  follow.update(detail.applied);
  if (detail.applied?.some((frame) => frame.t === 'item.started')) openFirst();
  votes();
  draw();
  say(detail.applied);
  document.body.dataset.v = String(line.state.v);
});
line.addEventListener('lv', ({ detail }) => {
  if (detail.key === 'online') {
    attendance.draw(new Set(detail.d.people ?? []));
    draw();
  } else if (detail.key === 'vote') {
    counts.told(detail.d);
    ballot?.draw();
    running?.draw(line.now());
  } else if (detail.key === 'forecast') agenda.draw();
});
line.addEventListener('net', ({ detail }) => { notes.net(detail.how, clock(detail.since)); ballot?.draw(); });
line.addEventListener('bye', async ({ detail }) => {
  if (detail.code !== 'device.moved') { over(detail.err === 'invalid' ? detail.msg : word('removed')); return; }
  // Another device took this one's place: what is still unsent goes out if it can, else it waits here for its owner.
  reader.close();
  if (document.body.dataset.unsent !== '0') await Promise.race([notes.sync(), new Promise((ok) => setTimeout(ok, LAST))]);
  location.replace(`/tablet/${mid}`);
});
find('[data-give-back]')?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const part = await import('./lib/seldom.js').catch(() => null);
  if (part) part.giveBack(event.target, notes, mid, root.dataset.user);
  else event.target.submit();
});
follow.addEventListener('file', () => draw());
follow.addEventListener('redraw', () => draw());
reader.addEventListener('page', desks);
reader.addEventListener('opened', desks);

/** Where nothing is open yet, the paper of what is on the floor is. */
function openFirst() {
  if (follow.file) return;
  const first = [...current(line.state)?.files ?? [], ...line.state.papers].find((file) => file.url);
  if (first) open(first.id);
}

follow.update(null);
/** The paper that the address names; said once, so that a page loaded again follows the room. */
const named = papers(line.state).find(({ file }) => file.url && `#${file.id}` === location.hash);
if (named) { follow.open(named.file.id); history.replaceState(null, '', location.pathname); }
openFirst();
if (places.isText) texts(true);
if (isOnTheWay(mid, line.me.p)) fetchBallot();
votes();
draw();
if (root.dataset.fresh) news();
setTimeout(news, SOON);
if (!runs) setTimeout(() => surely(() => import('./lib/followed.js'), root.dataset.followed).then((part) => { followed = new part.Followed(line, follow); }), SOON);
// Whoever runs the room and has no vote gets it when there is one.
if (!runs || line.me.can.includes('vote')) setTimeout(fetchBallot, SOON + Math.random() * SPREAD);
setTimeout(() => surely(() => import('./lib/offline.js'), root.dataset.offline).then((part) => new part.Offline(line, { user: Number(root.dataset.user), mid, welcome })), welcome.kept ? 0 : CALM);
setInterval(tick, 1000);
document.body.dataset.v = String(line.state.v);
// A desk is ready when all of it is there.
Promise.resolve(desk).then(() => { document.body.dataset.ready = ''; });
