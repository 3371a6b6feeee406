/**
 * A person's marks in the room: tools, pages, the device's store, and the server. "Đã lưu" is said when the server has them.
 * The pens are fetched soon after the page, or when there is ink or one is taken up. Every kind but ink is drawn and made by `annotator.js`, which is fetched when there is one or its tools are wanted.
 * Operations carry a Lamport counter of this device; what the device lacks comes back by its vector {device: counter}.
 */
import { api } from '@lib/api.js';
import { InkDoc } from '@lib/ink-doc.js';
import { InkStore } from '@lib/ink-store.js';
import { packed, unpacked } from '@lib/ink-pack.js';
import { toast } from '@lib/toast.js';
import { holdFirstStroke } from './first-stroke.js';
import { later, surely } from './later.js';
import { whole } from './outbox.js';
import { all, find, icon, ulid, word } from './page.js';

const colours = { red: 'c4161c', blue: '1c4a96', yellow: 'ffd94a' };
const widths = { pen: 200, marker: 1300 };

const plain = new Set(['pen', 'marker', 'eraser']);

/** The pens are fetched this long (ms) after the page when nothing wants them before. */
const SOON = 1500;

/** What others shared is asked for at different moments (ms) on different tablets. */
const SPREAD = 1500;

/** Where strokes over versions replaced meanwhile lie is asked again after so many ms. */
const PLACING = 3000;

/** A stroke's `file` names the paper and its version, with a blank between them. */
function paperOf(version) {
  const [file, rev] = version.split(' ');
  return { file, ...(rev && { rev }) };
}

export class Notes extends EventTarget {
  /** How many strokes wait for a place that this person gives them. */
  tray = 0;
  /** How many operations the server would not take; they are sent again with the next page, or when they are asked for. */
  refused = 0;
  #seen = 0; #part; #kit = null; #came;
  #later = 0; #reader; #follow; #mid; #store; #layers = new Map(); #lam = 0; #dev = ''; #have = {}; #kept = 0; #unkept = 0; #how = 'on'; #at = ''; #syncing = null; #again = false; #begun; #writes; #timer = 0;
  ink = new InkDoc(ulid);
  hand = { tool: null, rgb: colours.red, w: widths.pen, finger: false, penSeen: false };

  constructor(reader, follow, { mid, user, line }) {
    super();
    this.#reader = reader;
    this.#follow = follow;
    this.#mid = mid;
    this.#part = later(async () => new (await import('./annotator.js')).Annotator(await this.#pens().then(() => this), { reader, follow, line, mid }));
    this.#store = new InkStore(user, String(mid));
    this.ink.addEventListener('change', ({ detail }) => this.#did(detail));
    follow.addEventListener('file', () => this.#clear());
    line.addEventListener('lv', ({ detail }) => { if (detail.key === 'marks') setTimeout(() => this.sync(), Math.random() * SPREAD); });
    line.addEventListener('eph', ({ detail }) => { if (detail.t === 'ink') this.#part().then((part) => part?.heard(detail.d)); });
    this.#tools();
    this.#begun = this.#writes = this.#begin();
    this.#begun.then(() => this.sync());
    // What lies nowhere yet would be lost with the page; it takes a moment, in which the browser asks.
    addEventListener('beforeunload', (event) => { if (this.#unkept) event.preventDefault(); });
    addEventListener('online', () => this.sync());
    addEventListener('focus', () => this.sync());
    setInterval(() => this.sync(), 60000);
  }

  async #begin() {
    try {
      this.#dev = (await this.#store.meta('dev')) ?? ulid();
      this.#lam = (await this.#store.meta('lam')) ?? 0;
      this.#have = (await this.#store.meta('have')) ?? {};
      const kept = await this.#store.strokes();
      // Kept before versions of papers were told apart: all of it comes anew.
      if (kept.some((one) => !one.file.includes(' '))) this.#have = {};
      this.ink.load(kept.filter((one) => one.file.includes(' ')));
      await this.#store.refuse([], false);
      this.#kept = await this.#store.waiting();
    } catch {
      this.#dev = ulid();
    }
    this.#tell();
  }

  /** How many operations the server does not have: those on the device, and those on their way there. */
  get #waiting() { return this.#kept + this.#unkept; }

  /** How the line stands; shown together with how the notes stand. */
  net(how, at) {
    const isBack = how === 'on' && this.#how !== 'on';
    [this.#how, this.#at] = [how, at];
    this.#tell();
    if (isBack) this.sync();
  }

  // --- pages ---

  #page(host, viewport, page) {
    const file = this.#follow.version;
    if (!file) return;
    const known = this.#layers.get(page);
    if (known?.host === host && known.file === file) { known.place(viewport); return; }
    known?.destroy();
    this.#layers.set(page, new this.hand.Layer(host, viewport, this.ink, file, page, this.hand));
  }

  /** The pens, and what draws their ink. */
  #pens() {
    this.#kit ??= surely(() => import('@lib/ink-layer.js'), find('#room').dataset.pens).then((kit) => {
      Object.assign(this.hand, { path: kit.strokePath, near: kit.touches, Layer: kit.InkLayer });
      this.#reader.decorate((host, viewport, page) => this.#page(host, viewport, page));
      this.#came();
    });
    return this.#kit;
  }

  /** Marks that are no ink need the part that draws them. */
  #need(marks) {
    if (marks.length) this.#pens();
    if (marks.some((one) => one.kind)) this.#part();
  }

  /** Pages that are drawn. */
  get pages() { return [...this.#layers.keys()]; }

  /** The layer over a page that is drawn. */
  layer(page) { return this.#layers.get(page); }

  /** Draws every page anew: it is known now how. */
  redraw() { for (const layer of this.#layers.values()) layer.draw(); }

  #clear() {
    for (const layer of this.#layers.values()) layer.destroy();
    this.#layers.clear();
  }

  // --- tools ---

  #tools() {
    const doc = find('#doc');
    const host = find('[data-reader-host]');
    const show = () => {
      for (const one of all('[data-tool]')) one.setAttribute('aria-pressed', String(one.dataset.tool === this.hand.tool));
      for (const one of all('[data-ink]')) one.setAttribute('aria-pressed', String(colours[one.dataset.ink] === this.hand.rgb));
      find('[data-finger]').setAttribute('aria-pressed', String(this.hand.finger));
      host.classList.toggle('inking', Boolean(this.hand.tool));
      host.classList.toggle('finger', Boolean(this.hand.tool) && this.hand.finger && !this.hand.penSeen);
      find('[data-finger]').hidden = this.hand.penSeen || !matchMedia('(pointer: coarse)').matches;
      find('[data-ink-undo]').disabled = !this.ink.canUndo;
      find('[data-ink-redo]').disabled = !this.ink.canRedo;
      this.dispatchEvent(new Event('hand'));
    };
    const take = async (tool) => {
      await this.#pens();
      if (tool && !plain.has(tool) && !(await this.#part())) return;
      this.hand.tool = this.hand.tool === tool ? null : tool;
      if (widths[tool]) this.hand.w = widths[tool];
      if (['marker', 'highlight'].includes(this.hand.tool) && this.hand.rgb === colours.red) this.hand.rgb = colours.yellow;
      if (this.hand.tool && !['marker', 'highlight'].includes(this.hand.tool) && this.hand.rgb === colours.yellow) this.hand.rgb = colours.red;
      if (!this.hand.penSeen && this.hand.tool && matchMedia('(pointer: coarse)').matches && sessionStorage.getItem('ink-finger') === null) this.hand.finger = true;
      show();
    };
    for (const one of all('[data-tool]')) one.addEventListener('click', () => take(one.dataset.tool));
    for (const one of all('[data-ink]')) one.addEventListener('click', async () => {
      this.hand.rgb = colours[one.dataset.ink];
      show();
      // A colour pressed after words were dragged over marks them.
      if (!getSelection().isCollapsed) (await this.#part())?.markSelected('highlight');
    });
    find('[data-finger]').addEventListener('click', () => {
      this.hand.finger = !this.hand.finger;
      sessionStorage.setItem('ink-finger', this.hand.finger ? '1' : '0');
      show();
    });
    this.take = take;
    for (const name of ['more', 'list']) find(`[data-ink-${name}]`).addEventListener('click', async () => (await this.#part())?.[name]());
    find('[data-ink-undo]').addEventListener('click', () => this.ink.undo());
    find('[data-ink-redo]').addEventListener('click', () => this.ink.redo());
    setTimeout(() => this.#pens(), SOON);
    // A hand on the page, whichever it is, may write next.
    for (const name of ['pointerover', 'pointerdown']) doc.addEventListener(name, () => this.#pens(), { once: true, capture: true });
    holdFirstStroke(doc, new Promise((ok) => { this.#came = ok; }));
    // A pen over the glass is a pen: the hand that holds it comes down before it does.
    for (const name of ['pointerover', 'pointerdown']) doc.addEventListener(name, (event) => { if (event.pointerType === 'pen' && !this.hand.penSeen) { this.hand.penSeen = true; show(); } }, true);
    addEventListener('keydown', (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.target.closest('input, textarea')) return;
      if (event.key === 'z' && !event.shiftKey) this.ink.undo();
      else if (event.key === 'y' || (event.key === 'Z' && event.shiftKey)) this.ink.redo();
      else return;
      event.preventDefault();
    });
    this.ink.addEventListener('change', show);
    this.ink.addEventListener('change', ({ detail }) => this.#need(detail.add));
    this.ink.addEventListener('shown', () => this.#need([...this.ink.own, ...this.ink.shared]));
    show();
  }

  // --- keeping ---

  /** A hand did something: on the device first, in the order it was done, then to the server. */
  #did(done) {
    const n = done.add.length + done.del.length + done.set.length;
    this.#unkept += n;
    this.#tell();
    this.#begun.then(() => this.#keep(done, n));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.sync(), 250);
  }

  #keep({ add, del, set }, n) {
    const body = (one) => ({ ...paperOf(one.file), page: one.page, d: packed(one), ...(one.layer && { layer: one.layer, people: one.people ?? [], source: one.source }) });
    const stamp = (one) => Object.assign(one, { lam: ++this.#lam, dev: this.#dev });
    const seen = (before, after) => (after.kind === 'note' && before.lam ? { past: (after.past = { ...after.past, [before.dev]: before.lam }) } : {});
    const ops = [
      ...del.map((one) => ({ op: 'del', id: one.id, lam: ++this.#lam, dev: this.#dev })),
      ...add.map((one) => ({ op: 'add', id: one.id, lam: stamp(one).lam, dev: this.#dev, ...body(one) })),
      ...set.map(([before, one]) => { const past = seen(before, one); return { op: 'set', id: one.id, lam: stamp(one).lam, dev: this.#dev, ...past, ...body(one) }; }),
    ];
    if (del.length && add.length && ops.length < 150) { const batch = ulid(); for (const op of ops) op.batch = batch; }
    this.#have[this.#dev] = this.#lam;
    const meta = { dev: this.#dev, lam: this.#lam, have: { ...this.#have } };
    this.#writes = this.#writes
      .then(() => this.#store.did([...add, ...set.map(([, after]) => after)], del.map((one) => one.id), ops, meta))
      .catch((problem) => toast(word(problem.message === 'full' ? 'ink-full' : 'ink-unkept'), { tone: 'bad' }))
      .then(() => { this.#kept += n; this.#unkept -= n; });
  }

  again() { return this.#store.refuse([], false).then(() => this.sync()); }

  /** Sends what waits and takes what is new; one at a time, never throws. */
  sync() {
    if (this.#syncing) { this.#again = true; return this.#syncing; }
    this.#syncing = this.#run().catch((problem) => {
      const noAnswer = problem instanceof TypeError || problem.status === 429 || problem.status >= 500;
      // Too much at once, or no answer: in a moment it is tried again. Without a network, once that is back.
      if (noAnswer && this.#how !== 'off') {
        clearTimeout(this.#later);
        this.#later = setTimeout(() => this.sync(), PLACING);
      }
    }).finally(() => {
      this.#syncing = null;
      this.#tell();
      if (this.#again) { this.#again = false; this.sync(); }
    });
    return this.#syncing;
  }

  async #run() {
    for (let more = true; more; ) {
      await this.#begun;
      await this.#writes;
      const waiting = whole(await this.#store.outbox(), 200);
      const ops = waiting.map(({ seq, scope, ...op }) => op);
      const answer = await api(`/api/v1/meetings/${this.#mid}/annotations/sync`, { ops, have: this.#have, seen: this.#seen });
      if (answer.ops.some((op) => op.d?.kind === 'note') && !(await this.#part())) return;
      const add = [];
      const gone = [];
      for (const op of answer.ops) {
        this.#have[op.dev] = Math.max(this.#have[op.dev] ?? 0, op.lam);
        this.#lam = Math.max(this.#lam, op.lam);
        if (op.op === 'del') gone.push(op.id);
        else add.push(this.#told(op));
      }
      const now = add.length || gone.length ? this.ink.bring(add, gone) : [];
      const meta = { have: { ...this.#have }, lam: this.#lam, dev: this.#dev };
      const [theirs, taken] = this.#share(answer.shared);
      const refused = new Set(answer.rejected.map((one) => one.id));
      const seqs = (is) => waiting.filter((op) => refused.has(op.id) === is).map((op) => op.seq);
      await this.#store.heard([...now, ...theirs], [...gone, ...taken], seqs(false), meta);
      if (refused.size) {
        await this.#store.refuse(seqs(true));
        toast(`${word('ink-refused', { n: refused.size })} ${answer.rejected[0].msg}`, { tone: 'warn' });
      }
      this.#kept = await this.#store.waiting();
      this.refused = await this.#store.waiting(true);
      more = answer.more || answer.shared.more || (ops.length > 0 && this.#waiting > 0);
      clearTimeout(this.#later);
      if (answer.waiting) this.#later = setTimeout(() => this.sync(), PLACING);
      if (this.tray !== answer.tray) { this.tray = answer.tray; this.dispatchEvent(new Event('tray')); }
    }
  }

  #told({ id, file, rev, page, d, lam, dev, of, past, layer, people, source }) {
    const [of0, of1] = of ?? [lam, dev];
    return { ...unpacked(id, `${file} ${rev}`, page, d), lam: of0, dev: of1, past, isMoved: Boolean(of), ...(layer && { layer, people, source }) };
  }

  /**
   * What others shared; the first answer names all of it. Two people may give the same id: nobody's mark takes another's place.
   * @returns {[object[], string[]]} marks to keep and ids to forget
   */
  #share({ seq, marks }) {
    const anew = this.#seen === 0;
    const old = anew ? this.ink.shared.map((one) => one.id) : [];
    this.#seen = seq;
    const told = marks.map((one) => (one.gone ? { gone: true, id: `${one.by}:${one.id}` } : { ...unpacked(`${one.by}:${one.id}`, `${one.file} ${one.rev}`, one.page, one.d), by: one.by, n: one.n, layer: one.layer }));
    if (told.length || old.length) this.ink.share(told, { anew });
    return [told.filter((one) => !one.gone), [...old.filter((id) => !told.some((one) => one.id === id)), ...told.filter((one) => one.gone).map((one) => one.id)]];
  }

  #tell() {
    const isOff = this.#how === 'slow' || this.#how === 'off';
    const words = {
      off: () => word('net-off', { at: this.#at }), slow: () => word('net-slow'),
      http: () => word('net-http'), on: () => word(this.#waiting ? 'saving' : this.refused ? 'ink-left' : 'saved', { n: this.refused }),
    };
    const box = find('[data-room-net]');
    box.classList.toggle('slow', this.#how === 'slow' || this.#how === 'http');
    box.classList.toggle('off', this.#how === 'off');
    const text = this.#how !== 'on' && this.#waiting ? `${words[this.#how]()}, ${word('unsent', { n: this.#waiting })}` : words[this.#how]();
    const said = find('[data-room-word]');
    if (said.textContent !== text) said.textContent = text;
    box.querySelector('svg')?.replaceWith(icon(isOff ? 'cloud-off' : this.#waiting + this.refused ? 'cloud-upload' : 'cloud-check'));
    document.body.dataset.unsent = String(this.#waiting + this.refused);
  }
}
