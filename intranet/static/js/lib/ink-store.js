/**
 * Notes on the device first: strokes, operations not sent yet, and how far the device has heard. One database for each
 * person, sealed by the device's key (vault.js), so that a tablet handed on shows nothing of whoever had it before. A write
 * is over when it is on the disk. What the disk would not take is held here and sent all the same.
 */
import { done, over, sealJson, unsealJson } from './vault.js';
import { earlier, keyOf } from './vault-key.js';

const isFull = (problem) => problem?.name === 'QuotaExceededError' || problem?.inner?.name === 'QuotaExceededError';

export class InkStore {
  #db; #held = null; #keys = new Map(); #loose = []; #n = 0;

  constructor(user, scope) {
    this.scope = scope;
    this.user = user;
    const request = indexedDB.open(`notes-${user}`, 2);
    request.onupgradeneeded = ({ oldVersion }) => {
      const db = request.result;
      if (oldVersion < 1) {
        db.createObjectStore('strokes', { keyPath: 'id' }).createIndex('scope', 'scope');
        db.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true }).createIndex('scope', 'scope');
        db.createObjectStore('meta');
      } else {
        // Strokes that lay open come anew from the server; what was not sent is read as it is, and leaves when it was.
        request.transaction.objectStore('strokes').clear();
        request.transaction.objectStore('meta').clear();
      }
    };
    this.#db = done(request);
  }

  async #key() { return (this.#held ??= await keyOf(this.user)); }

  async #change(names, act) {
    const change = (await this.#db).transaction(names, 'readwrite', { durability: 'strict' });
    const ends = over(change);
    const result = act(Object.fromEntries(names.map((name) => [name, change.objectStore(name)])));
    // A page that is left now ends what is not yet committed.
    change.commit();
    await ends;
    return result;
  }

  async #read(name, act) { return done(act((await this.#db).transaction(name).objectStore(name))); }

  /** Rows as they were before they were sealed; one whose key cannot be had now is left out. */
  async #opened(rows) {
    const found = await Promise.all(rows.map(async (row) => {
      if (!row.box) return row;
      const held = await this.#keyNamed(row.kid).catch(() => null);
      const said = held && (await unsealJson(held, row, this.#about(row)).catch(() => null));
      return said && { ...said, ...(row.seq && { seq: row.seq }), scope: row.scope };
    }));
    return found.filter(Boolean);
  }

  async #keyNamed(kid) {
    const held = await this.#key();
    if (held.kid === kid) return held;
    if (!this.#keys.has(kid)) this.#keys.set(kid, earlier(kid).catch((problem) => { this.#keys.delete(kid); throw problem; }));
    return this.#keys.get(kid);
  }

  #about(row) { return `${this.user}:${row.scope}:${row.id}`; }
  async #sealed(one) {
    const row = { id: one.id, scope: this.scope };
    return { ...row, ...(await sealJson(await this.#key(), one, this.#about(row))) };
  }

  async strokes() { return this.#opened(await this.#read('strokes', (strokes) => strokes.index('scope').getAll(this.scope))); }
  /** Operations of this scope as they lie here: those to be sent, or those that the server would not take. */
  async #rows(isRefused) { return [...(await this.#read('outbox', (outbox) => outbox.index('scope').getAll(this.scope))), ...this.#loose].filter((one) => Boolean(one.isRefused) === isRefused); }
  async outbox(limit = 200) { return this.#opened((await this.#rows(false)).slice(0, limit)); }
  async waiting(isRefused = false) { return (await this.#rows(isRefused)).length; }
  async meta(key) { return this.#read('meta', (meta) => meta.get(`${this.scope}:${key}`)); }

  /**
   * What a hand did: strokes and the operations that tell of it, together.
   * @throws {Error} `full`: the device has no room, `unkept`: it could not keep it; either way it is sent from here
   */
  async did(strokes, gone, ops, meta) {
    try {
      await this.#did(strokes, gone, ops, meta);
    } catch (problem) {
      try {
        if (!isFull(problem) || !(await (await import('./vault-store.js')).makeRoom())) throw problem;
        await this.#did(strokes, gone, ops, meta);
      } catch (again) {
        for (const op of ops) this.#loose.push({ ...op, seq: -(this.#n += 1), scope: this.scope });
        throw new Error(isFull(again) ? 'full' : 'unkept', { cause: again });
      }
    }
  }

  async #did(strokes, gone, ops, meta) {
    const [kept, told] = await Promise.all([Promise.all(strokes.map((one) => this.#sealed(one))), Promise.all(ops.map((op) => this.#sealed(op)))]);
    await this.#change(['strokes', 'outbox', 'meta'], (at) => {
      for (const one of kept) at.strokes.put(one);
      for (const id of gone) at.strokes.delete(id);
      for (const op of told) at.outbox.add(op);
      for (const [key, value] of Object.entries(meta)) at.meta.put(value, `${this.scope}:${key}`);
    });
  }

  /** The server would not take these: they stay, and are sent again when they are asked for. */
  async refuse(seqs, isRefused = true) {
    const rows = (await this.#rows(!isRefused)).filter((one) => !isRefused || seqs.includes(one.seq));
    await this.#change(['outbox'], (at) => { for (const one of rows) if (one.seq > 0) at.outbox.put({ ...one, isRefused }); else one.isRefused = isRefused; });
  }

  /** The server answered: its operations are here, those it took are no longer waiting. */
  async heard(strokes, gone, sent, meta) {
    const kept = await Promise.all(strokes.map((one) => this.#sealed(one)));
    this.#loose = this.#loose.filter(({ seq }) => !sent.includes(seq));
    await this.#change(['strokes', 'outbox', 'meta'], (at) => {
      for (const one of kept) at.strokes.put(one);
      for (const id of gone) at.strokes.delete(id);
      for (const seq of sent) if (seq > 0) at.outbox.delete(seq);
      for (const [key, value] of Object.entries(meta)) at.meta.put(value, `${this.scope}:${key}`);
    });
  }
}
