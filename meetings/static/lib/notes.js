/**
 * A person's ink in the room: tools, pages, the device's store, and the server. "Đã lưu" is said when the server has it.
 * Operations carry a Lamport counter of this device; what the device lacks comes back by its vector {device: counter}.
 */
import { api } from '@lib/api.js';
import { InkDoc } from '@lib/ink-doc.js';
import { InkLayer } from '@lib/ink-layer.js';
import { InkStore } from '@lib/ink-store.js';
import { packed, unpacked } from '@lib/ink-stroke.js';
import { toast } from '@lib/toast.js';
import { all, find, icon, ulid, word } from './page.js';

const colours = { red: 'c4161c', blue: '1c4a96', yellow: 'ffd94a' };
const widths = { pen: 200, marker: 1300 };

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
  #later = 0; #reader; #follow; #mid; #store; #ink = new InkDoc(ulid); #layers = new Map(); #lam = 0; #dev = ''; #have = {}; #waiting = 0; #how = 'on'; #at = ''; #syncing = null; #again = false; #writes = Promise.resolve(); #timer = 0;
  #hand = { tool: null, rgb: colours.red, w: widths.pen, finger: false, penSeen: false };

  constructor(reader, follow, { mid, user }) {
    super();
    this.#reader = reader;
    this.#follow = follow;
    this.#mid = mid;
    this.#store = new InkStore(user, String(mid));
    this.#ink.addEventListener('change', ({ detail }) => this.#did(detail));
    reader.decorate((host, viewport, page) => this.#page(host, viewport, page));
    follow.addEventListener('file', () => this.#clear());
    this.#tools();
    this.#begin();
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
      this.#ink.bring(kept.filter((one) => one.file.includes(' ')));
      this.#waiting = await this.#store.waiting();
    } catch {
      this.#dev = ulid();
    }
    this.#tell();
    this.sync();
  }

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
    this.#layers.set(page, new InkLayer(host, viewport, this.#ink, file, page, this.#hand));
  }

  #clear() {
    for (const layer of this.#layers.values()) layer.destroy();
    this.#layers.clear();
  }

  // --- tools ---

  #tools() {
    const doc = find('#doc');
    const host = find('[data-reader-host]');
    const show = () => {
      for (const one of all('[data-tool]')) one.setAttribute('aria-pressed', String(one.dataset.tool === this.#hand.tool));
      for (const one of all('[data-ink]')) one.setAttribute('aria-pressed', String(colours[one.dataset.ink] === this.#hand.rgb));
      find('[data-finger]').setAttribute('aria-pressed', String(this.#hand.finger));
      host.classList.toggle('inking', Boolean(this.#hand.tool));
      host.classList.toggle('finger', Boolean(this.#hand.tool) && this.#hand.finger && !this.#hand.penSeen);
      find('[data-finger]').hidden = this.#hand.penSeen || !matchMedia('(pointer: coarse)').matches;
      find('[data-ink-undo]').disabled = !this.#ink.canUndo;
      find('[data-ink-redo]').disabled = !this.#ink.canRedo;
    };
    const take = (tool) => {
      this.#hand.tool = this.#hand.tool === tool ? null : tool;
      if (widths[tool]) this.#hand.w = widths[tool];
      if (this.#hand.tool === 'marker' && this.#hand.rgb === colours.red) this.#hand.rgb = colours.yellow;
      if (this.#hand.tool === 'pen' && this.#hand.rgb === colours.yellow) this.#hand.rgb = colours.red;
      if (!this.#hand.penSeen && this.#hand.tool && matchMedia('(pointer: coarse)').matches && sessionStorage.getItem('ink-finger') === null) this.#hand.finger = true;
      show();
    };
    for (const one of all('[data-tool]')) one.addEventListener('click', () => take(one.dataset.tool));
    for (const one of all('[data-ink]')) one.addEventListener('click', () => { this.#hand.rgb = colours[one.dataset.ink]; show(); });
    find('[data-finger]').addEventListener('click', () => {
      this.#hand.finger = !this.#hand.finger;
      sessionStorage.setItem('ink-finger', this.#hand.finger ? '1' : '0');
      show();
    });
    find('[data-ink-undo]').addEventListener('click', () => this.#ink.undo());
    find('[data-ink-redo]').addEventListener('click', () => this.#ink.redo());
    doc.addEventListener('pointerdown', (event) => { if (event.pointerType === 'pen' && !this.#hand.penSeen) { this.#hand.penSeen = true; show(); } }, true);
    addEventListener('keydown', (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.target.closest('input, textarea')) return;
      if (event.key === 'z' && !event.shiftKey) this.#ink.undo();
      else if (event.key === 'y' || (event.key === 'Z' && event.shiftKey)) this.#ink.redo();
      else return;
      event.preventDefault();
    });
    this.#ink.addEventListener('change', show);
    show();
  }

  // --- keeping ---

  /** A hand did something: on the device first, in the order it was done, then to the server. */
  #did({ add, del }) {
    const ops = [
      ...del.map((one) => ({ op: 'del', id: one.id, lam: ++this.#lam, dev: this.#dev })),
      ...add.map((one) => ({ op: 'add', id: one.id, lam: ++this.#lam, dev: this.#dev, ...paperOf(one.file), page: one.page, d: packed(one) })),
    ];
    this.#have[this.#dev] = this.#lam;
    this.#waiting += ops.length;
    this.#tell();
    const meta = { dev: this.#dev, lam: this.#lam, have: { ...this.#have } };
    this.#writes = this.#writes.then(() => this.#store.did(add, del.map((one) => one.id), ops, meta)).catch((problem) => toast(word(problem.message === 'full' ? 'ink-full' : 'ink-unkept'), { tone: 'bad' }));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.sync(), 250);
  }

  /** Sends what waits and takes what is new; one at a time, never throws. */
  sync() {
    if (this.#syncing) { this.#again = true; return this.#syncing; }
    this.#syncing = this.#run().catch(() => {}).finally(() => {
      this.#syncing = null;
      this.#tell();
      if (this.#again) { this.#again = false; this.sync(); }
    });
    return this.#syncing;
  }

  async #run() {
    for (let more = true; more; ) {
      await this.#writes;
      const waiting = await this.#store.outbox();
      const ops = waiting.map(({ seq, scope, ...op }) => op);
      const answer = await api(`/api/v1/meetings/${this.#mid}/annotations/sync`, { ops, have: this.#have });
      const add = [];
      const gone = [];
      for (const op of answer.ops) {
        this.#have[op.dev] = Math.max(this.#have[op.dev] ?? 0, op.lam);
        this.#lam = Math.max(this.#lam, op.lam);
        if (op.op === 'del') gone.push(op.id);
        else add.push(unpacked(op.id, `${op.file} ${op.rev}`, op.page, op.d));
      }
      await this.#store.heard(add, gone, waiting.map((op) => op.seq), { have: { ...this.#have }, lam: this.#lam, dev: this.#dev });
      if (add.length || gone.length) this.#ink.bring(add, gone);
      if (answer.rejected.length) toast(word('ink-refused', { n: answer.rejected.length }), { tone: 'warn' });
      this.#waiting = await this.#store.waiting();
      more = answer.more || (ops.length > 0 && this.#waiting > 0);
      clearTimeout(this.#later);
      if (answer.waiting) this.#later = setTimeout(() => this.sync(), PLACING);
      if (this.tray !== answer.tray) { this.tray = answer.tray; this.dispatchEvent(new Event('tray')); }
    }
  }

  #tell() {
    const isOff = this.#how === 'slow' || this.#how === 'off';
    const words = {
      off: () => word('net-off', { at: this.#at }), slow: () => word('net-slow'),
      http: () => word('net-http'), on: () => word(this.#waiting ? 'saving' : 'saved'),
    };
    const box = find('[data-room-net]');
    box.classList.toggle('slow', this.#how === 'slow' || this.#how === 'http');
    box.classList.toggle('off', this.#how === 'off');
    const text = isOff && this.#waiting ? `${words[this.#how]()}, ${word('unsent', { n: this.#waiting })}` : words[this.#how]();
    const said = find('[data-room-word]');
    if (said.textContent !== text) said.textContent = text;
    box.querySelector('svg')?.replaceWith(icon(isOff ? 'cloud-off' : this.#waiting ? 'cloud-upload' : 'cloud-check'));
    document.body.dataset.unsent = String(this.#waiting);
  }
}
