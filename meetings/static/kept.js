/** What this device holds of the office; and, before signing out, what has not been sent: sent now, or named and agreed to. */
import { api } from '@lib/api.js';
import { InkStore } from '@lib/ink-store.js';
import { end, living } from '@lib/vault.js';
import { forget, keep, kept, names } from '@lib/vault-store.js';
import { moment } from './lib/moment.js';
import { whole } from './lib/outbox.js';

const find = (selector) => document.querySelector(selector);
const page = find('[data-kept]');

function word(name, data = {}) {
  return find('[data-kept-words]').content.querySelector(`[data-word="${name}"]`).textContent.replace(/\{(\w+)\}/g, (whole, key) => data[key] ?? whole);
}

async function packs() {
  const held = await living().catch(() => null);
  if (!held) return [];
  const all = await Promise.all((await names()).filter((name) => name.startsWith('pack:')).map((name) => kept(held, name)));
  return all.filter(Boolean).sort((a, b) => a.starts - b.starts);
}

async function list() {
  const found = await packs();
  find('[data-kept-none]').hidden = found.length > 0;
  find('[data-kept-word]').hidden = !found.length;
  find('[data-kept-list]').replaceChildren(...found.map((pack) => {
    const row = document.createElement('li');
    const link = Object.assign(document.createElement('a'), { href: `/meetings/${pack.mid}/room`, textContent: pack.title });
    const note = Object.assign(document.createElement('small'), { textContent: word('kept-at', { starts: moment(pack.starts), at: moment(pack.at) }) });
    row.append(link, note);
    return row;
  }));
}

// --- leaving ---

/** Operations in one call. */
const MOST = 200;
const open = (name) => new Promise((ok, no) => { const asked = indexedDB.open(name); asked.onsuccess = () => ok(asked.result); asked.onerror = () => no(asked.error); });
const rows = (base) => new Promise((ok, no) => { const asked = base.transaction('outbox').objectStore('outbox').getAll(); asked.onsuccess = () => ok(asked.result); asked.onerror = () => no(asked.error); });

/** How many marks wait, by person and meeting: [{user, scope, n}]. */
async function waiting() {
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    if (!name.startsWith('notes-')) continue;
    const base = await open(name);
    const count = new Map();
    if (base.objectStoreNames.contains('outbox')) for (const { scope } of await rows(base)) count.set(scope, (count.get(scope) ?? 0) + 1);
    base.close();
    for (const [scope, n] of count) found.push({ user: Number(name.slice(6)), scope, n });
  }
  return found;
}

/** Sends what a person wrote in a meeting; what the server does not take stays. */
async function send(user, scope) {
  const store = new InkStore(user, scope);
  await store.refuse([], false);
  for (let before = Infinity; ;) {
    const some = whole(await store.outbox(MOST), MOST);
    const n = await store.waiting();
    if (!some.length || n >= before) return;
    before = n;
    const answer = await api(`/api/v1/meetings/${scope}/annotations/sync`, { ops: some.map(({ seq, scope: of, ...op }) => op), have: {} });
    const refused = new Set(answer.rejected.map(({ id }) => id));
    await store.heard([], [], some.filter(({ id }) => !refused.has(id)).map(({ seq }) => seq), {});
    if (refused.size) return;
  }
}

/** Rooms that were asked for something which waits: ballots by name, wishes to speak. */
async function asked() {
  const held = await living().catch(() => null);
  if (!held) return [];
  const all = (await names()).filter((name) => /^(?:ballots|asks):/.test(name));
  return Promise.all(all.map(async (name) => ({ name, held, kind: name.split(':')[0], mid: Number(name.split(':')[1]), rows: (await kept(held, name)) ?? [] })));
}

/** Asks a room for what waited, under its first id; whatever the room answers, it was heard. Returns the refusals. */
async function ask({ name, held, mid, rows }) {
  const refused = [];
  for (const { cid, t = 'vote.cast', d, at, ...ballot } of [...rows]) {
    const answer = await api(`/api/v1/meetings/${mid}/commands`, { k: 'cmd', cid, t, d: { mid, ...(d ?? ballot) } });
    if (!answer.ok) refused.push(answer.msg);
    rows.shift();
    await (rows.length ? keep(held, name, rows) : forget(name));
  }
  return refused;
}

/** Whether the server answers; a page that came from the device learns who sits here, and the token of that session. */
async function reached() {
  const answer = await fetch('/kept', { cache: 'no-store' }).catch(() => null);
  if (!answer?.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const token = fresh.querySelector('meta[name=csrf-token]').content;
  document.querySelector('meta[name=csrf-token]').content = token;
  find('[data-leave-form] [name=csrf_token]').value = token;
  page.dataset.user = fresh.querySelector('[data-kept]').dataset.user;
  return true;
}

async function leave() {
  page.setAttribute('aria-busy', 'true');
  find('[data-leaving]').hidden = false;
  const isReached = await reached();
  const held = await living().catch(() => null);
  const user = Number(page.dataset.user) || held?.user || 0;
  for (const one of (await waiting()).filter((row) => row.user === user)) {
    // What could not be sent is counted below, whatever stood in the way.
    await send(user, one.scope).catch(() => {});
  }
  const refused = [];
  for (const one of await asked()) {
    refused.push(...(await ask(one).catch(() => [])));
  }
  const left = await waiting();
  const mine = left.filter((one) => one.user === user);
  const sum = (some) => some.reduce((n, one) => n + one.n, 0);
  const titles = new Map((await packs()).map((pack) => [String(pack.mid), pack.title]));
  const n = sum(mine);
  const waits = await asked();
  const others = sum(left) - n;
  const words = [...refused, isReached ? word(n ? 'left' : waits.length ? 'left-else' : 'nothing-left', { n }) : word('offline', { n })].join(' ');
  find('[data-leave-word]').textContent = others ? `${words} ${word('others', { n: others })}` : words;
  find('[data-leave-list]').replaceChildren(...mine.map((one) => Object.assign(document.createElement('li'), { textContent: word('left-of', { title: titles.get(one.scope) ?? word('other', { id: one.scope }), n: one.n }) })), ...waits.map((one) => Object.assign(document.createElement('li'), { textContent: word(`left-${one.kind}`, { title: titles.get(String(one.mid)) ?? word('other', { id: one.mid }) }) })));
  find('[data-leave-form]').hidden = !isReached;
  find('[data-leave-lock]').hidden = isReached;
  find('[data-leave-sure-word]').textContent = n ? word('sure', { n }) : word('out');
  find('[data-leave-form]').onsubmit = async (event) => {
    if (!others) return;
    // What others wrote here stays, sealed: only this person's own part goes.
    event.preventDefault();
    await end();
    await new Promise((ok) => { const asked = indexedDB.deleteDatabase(`notes-${user}`); asked.onsuccess = asked.onerror = asked.onblocked = ok; });
    const keep = Object.assign(document.createElement('input'), { type: 'hidden', name: 'keep', value: '1' });
    event.target.append(keep);
    event.target.submit();
  };
  page.removeAttribute('aria-busy');
}

for (const button of document.querySelectorAll('[data-leave-again]')) button.addEventListener('click', leave);
find('[data-lock]').addEventListener('click', async () => {
  await end();
  find('[data-leave-word]').textContent = word('locked');
  find('[data-lock]').hidden = true;
  await list();
});
const start = () => { if (location.hash === '#leaving') leave(); };
addEventListener('hashchange', start);
list().then(() => {
  start();
  document.body.dataset.ready = '';
});
