/** The screen on the wall: what the room tells the screen's audience, drawn for the last row. It sends nothing. */
import { Reader } from '@lib/reader-view.js';
import { later } from './lib/later.js';
import { Line } from './lib/line.js';
import { all, clock, el, fillBar, find, icon, mmss, setText, timerLeft, word } from './lib/page.js';
import { initials, lasted, Speakers } from './lib/speakers.js';
import { current } from './lib/state.js';
import { Pointer, show } from './lib/viewport.js';
import { resultParts, ruleWords } from './lib/vote-words.js';

/** So many who wait are named. */
const MOST_NAMED = 4;
/** So long (ms) an announcement stands when there are several. */
const TURN = 7000;
/** Rows of a result beyond which it is set smaller. */
const MANY_ROWS = 8;
/** The smallest text, as a part of the screen's width. */
const LEAST_TEXT = 0.0137;

const root = find('#screen');
const welcome = JSON.parse(root.dataset.welcome);
const { mid } = welcome.state;
const line = new Line(mid, welcome, { as: 'proj' });
const host = find('[data-reader-host]');
const reader = new Reader(host);
const pointer = new Pointer(reader);
const counts = new Map();
const key = `screen-result-${mid}`;
let mode = '';
let ink = null;

// --- what is shown ---

/** The result that was published last, and when, as this screen saw it; after a reload too. */
function published() {
  const votes = line.state.votes ?? [];
  const held = JSON.parse(sessionStorage.getItem(key) ?? 'null');
  const ended = votes.filter((one) => one.st === 'published' || (one.st === 'void' && held?.id === one.id) || one.st === 'closed');
  const vote = ended.find((one) => one.id === held?.id) ?? ended.findLast((one) => one.item === null || one.item === line.state.cur?.item);
  if (!vote) return null;
  return { vote, at: held?.id === vote.id ? held.at : vote.opened ?? 0 };
}

/** An open vote first; else what happened last: a result, a speech, a page. */
function choose() {
  const { state } = line;
  if (state.blank) return ['blank'];
  if (state.state !== 'live') return ['idle'];
  const open = (state.votes ?? []).find((one) => one.st === 'open');
  if (open) return ['vote', open];
  const found = [];
  const { cur } = state.queue ?? {};
  const result = published();
  if (state.present.file) found.push([state.present.at ?? 0, 'page']);
  if (cur) found.push([cur.started, 'speech', cur]);
  if (result && (state.cur === null || result.at >= (state.cur.since ?? 0))) found.push([result.at, result.vote.st === 'closed' ? 'vote' : 'result', result.vote]);
  const [, name = 'idle', what] = found.sort((a, b) => b[0] - a[0])[0] ?? [];
  return [name, what];
}

function draw() {
  const { state } = line;
  const [name, what] = choose();
  mode = name;
  root.dataset.show = name;
  for (const one of all('[data-on]')) one.hidden = one.dataset.on !== name;
  const item = current(state);
  setText('[data-title]', state.title);
  setText('[data-no]', item ? String(state.items.indexOf(item) + 1) : '');
  setText('[data-item]', item?.t ?? '');
  for (const one of all('[data-no], [data-sep]')) one.hidden = !item;
  ({ page, speech, vote, result, idle, blank() {} })[name](what);
  facts(what);
  ticker();
  tick();
}

function page() {
  const { present } = line.state;
  setText('[data-page-title]', word('page-title', { name: present.name, page: present.page }));
  if (present.url) reader.open(present.url, present.page);
  match();
}

/** The rectangle that the presenter sees, as wide as the screen's own part for a page. */
function match() {
  const { present } = line.state;
  if (mode !== 'page' || reader.page !== present.page) return;
  const told = line.last.view;
  show(reader, told?.page === present.page ? told.view : { x: 0, y: 0, w: 1 });
}

/** What draws the presenter's ink, fetched with the first of it. */
const pens = later(async () => {
  const [{ LiveInk }, { strokePath }] = await Promise.all([import('./lib/live-ink.js'), import('@lib/ink-layer.js')]);
  const drawn = new Map();
  ink = new LiveInk(strokePath, (number) => (number === reader.page && drawn.get(number)) || null);
  reader.decorate((page, view, number) => { drawn.set(number, { host: page, view }); ink.draw(); });
  return ink;
});

function speech(cur) {
  const { wait } = line.state.queue;
  setText('[data-who-mark]', initials(cur.n));
  setText('[data-who-lab]', [word(cur.paused_at ? 'speech-paused' : 'speaking'), cur.kind === 'normal' ? '' : word(`kind-${cur.kind}`).toLowerCase()].filter(Boolean).join(': '));
  setText('[data-who]', cur.n);
  setText('[data-who-post]', [cur.title, cur.org].filter(Boolean).join(', '));
  find('.pj-sp').classList.toggle('alone', wait.length === 0);
  find('[data-next]').hidden = wait.length === 0;
  find('[data-waiting]').replaceChildren(...wait.slice(0, MOST_NAMED).map((one, at) => el('li', {}, el('span', { class: 'num' }, String(at + 1)), el('b', {}, one.n), el('small', {}, one.title || (one.kind === 'normal' ? '' : word(`kind-${one.kind}`))))));
  setText('[data-more]', word('next-more-n', { n: wait.length - MOST_NAMED }));
  find('[data-more]').hidden = wait.length <= MOST_NAMED;
}

function vote(one) {
  const isOpen = one.st === 'open';
  const n = one.cast ?? counts.get(one.id) ?? null;
  setText('[data-vote-mode]', word(`mode-${one.mode}`));
  setText('[data-vote-q]', one.q);
  setText('[data-cast]', n === null ? '' : String(n));
  setText('[data-cast-note]', one.mode === 'hand' && isOpen ? word('hands-up') : n === null ? word('eligible', { n: one.elig }) : word('voted-of', { n: one.elig }));
  const names = one.method === 'three' || !isOpen ? [] : one.opts.map((opt) => el('li', {}, opt.t));
  find('[data-opts]').replaceChildren(...names);
  setText('[data-rule]', isOpen ? ruleWords(one.rule, one.method, line.state.att, one.elig) : word('counting'));
}

function result(one) {
  setText('[data-vote-q]', one.q);
  const parts = resultParts(one, line.state.att);
  const rows = one.method === 'confidence' ? one.opts.length * 3 : one.opts.length;
  find('[data-result]').classList.toggle('tall', rows > MANY_ROWS);
  find('[data-result]').replaceChildren(...parts);
  mark();
}

/** The number at the cells is as large as other small words, however many cells there are. */
function mark() {
  const drawing = find('[data-result] .cells:not(.sw0)');
  const text = drawing?.querySelector('text');
  const scale = drawing?.getScreenCTM()?.a;
  if (!text || !scale) return;
  const size = (innerWidth * LEAST_TEXT) / scale;
  text.style.fontSize = `${size}px`;
  text.setAttribute('y', String(38 + size));
}

function idle() {
  const { state } = line;
  const item = current(state);
  const isAhead = state.state === 'published' || state.state === 'ready';
  setText('[data-idle-lab]', state.state === 'live' && item ? word('now-on') : isAhead ? '' : state.state === 'live' ? word('state-live') : '');
  setText('[data-idle]', state.state === 'paused' ? word('resting') : state.state === 'live' && item ? item.t : isAhead || state.state === 'live' ? state.title : word(`state-${state.state}`));
  const { resumes } = state;
  const rest = state.state === 'paused' && resumes ? word(resumes > line.now() ? 'resumes' : 'resumes-soon', { at: clock(resumes), n: Math.ceil((resumes - line.now()) / 60000) }) : '';
  setText('[data-idle-note]', rest ? rest : isAhead ? word('starts', { at: clock(state.starts), place: state.place }) : state.state === 'live' && item?.owner ? word('presents', { name: item.owner.n }) : '');
}

// --- the foot ---

const fact = (text, name) => el('span', {}, ...(name ? [icon(name), ' '] : []), text);

function facts(what) {
  const { state } = line;
  const said = [];
  if (mode === 'page') {
    const { present } = state;
    said.push(fact(present.name, 'file-text'), fact(word('page-of', { page: present.page, n: reader.pages || '…' })));
    const { cur } = state.queue ?? {};
    if (cur) said.push(el('span', { 'data-foot-speech': true }));
    else if (present.n) said.push(fact(word('presents', { name: present.n })));
  } else if (mode === 'result' && what.opened) said.push(fact(word('opened-at', { mode: word(`mode-${what.mode}`), at: clock(what.opened) })));
  else if (state.att) said.push(fact(word('here-of', state.att), 'users'));
  if (state.timer) said.push(el('span', { class: 'num', 'data-foot-timer': true }));
  find('[data-facts]').replaceChildren(...said);
}

/** Announcements: the newest first; several take turns. */
function ticker() {
  const now = line.now();
  const valid = (line.state.notices ?? []).filter((one) => one.until === null || one.until > now).reverse();
  const one = valid[Math.floor(now / TURN) % (valid.length || 1)];
  const host = find('[data-tick]');
  host.hidden = !one;
  if (!one || host.dataset.id === String(one.id)) { if (!one) delete host.dataset.id; return; }
  host.dataset.id = String(one.id);
  host.classList.toggle('warn', one.lvl === 'warn');
  host.replaceChildren(icon(one.lvl === 'warn' ? 'alert-triangle' : 'info-circle'), el('span', {}, one.t));
}

/** Clocks run here, on the server's time. */
function tick() {
  const { state } = line;
  const now = line.now();
  setText('[data-wall]', clock(now));
  const { cur } = state.queue ?? {};
  if (cur) spoken(cur, now);
  const open = mode === 'vote' && (state.votes ?? []).find((one) => one.st === 'open');
  const left = open?.closes ? Math.max(0, Math.ceil((open.closes - now) / 1000)) : null;
  setText('[data-vote-left]', left === null ? '' : mmss(left));
  find('[data-vote-left]').classList.toggle('soft', left !== null && left <= 30);
  if (state.timer) setText('[data-foot-timer]', `${state.timer.label} ${mmss(timerLeft(state.timer, now))}`);
  if (mode === 'idle' && state.state === 'paused') idle();
  ticker();
}

function spoken(cur, now) {
  const used = lasted(cur, now);
  const time = { used, limit: cur.limit_s ?? 0, left: cur.limit_s ? cur.limit_s - used : null };
  const face = Speakers.face(time);
  setText('[data-left]', face.text);
  setText('[data-left-note]', face.note);
  find('[data-cd]').className = `cd ${face.tone}${cur.paused_at ? ' held' : ''}`.trim();
  const bar = find('[data-bar]');
  bar.classList.toggle('soft', face.tone === 'soft');
  if (time.left !== null) fillBar(bar, time.left > 0 ? time.left : used, time.limit, face.tone === 'soft' ? 'o' : 'g');
  const foot = time.left === null ? 'speaks-free' : time.left < 0 ? 'speaks-over' : 'speaks';
  setText('[data-foot-speech]', word(foot, { name: cur.n, t: mmss(time.left === null ? used : Math.abs(time.left)) }));
}

// --- the line ---

line.addEventListener('state', ({ detail }) => {
  for (const frame of detail.applied ?? [])
    if (['vote.closed', 'vote.published', 'vote.voided'].includes(frame.t)) sessionStorage.setItem(key, JSON.stringify({ id: frame.d.id, at: frame.at }));
  draw();
  document.body.dataset.v = String(line.state.v);
});
line.addEventListener('lv', ({ detail }) => {
  if (detail.key === 'view') match();
  else if (detail.key === 'vote') { counts.set(detail.d.id, detail.d.cast); draw(); }
});
line.addEventListener('eph', ({ detail }) => {
  if (mode !== 'page') return;
  if (detail.t === 'pointer') pointer.show(detail.d);
  else if (detail.t === 'ink') pens().then((ink) => ink?.hear(detail.d));
});
line.addEventListener('net', ({ detail }) => setText('[data-net]', { slow: word('net-slow'), off: word('net-off') }[detail.how] ?? ''));
line.addEventListener('bye', () => setText('[data-net]', word('closed-page')));
reader.addEventListener('opened', () => draw());
reader.addEventListener('page', () => { pointer.hide(); if (ink?.page !== reader.page) ink?.forget(); });
reader.addEventListener('drawn', () => match());

/** A page is as wide as its part of the screen. */
function measure() { host.dataset.widest = String(Math.round(innerWidth * Number(host.dataset.part))); }
addEventListener('resize', () => { measure(); match(); mark(); });
measure();
draw();
setInterval(tick, 1000);
document.body.dataset.v = String(line.state.v);
document.body.dataset.ready = '';
