/**
 * Notes on the device first: strokes, operations not sent yet, and how far the device has heard. One database for each
 * person, so that a tablet handed on shows nothing of whoever had it before. A write is over when it is on the disk.
 */
const done = (request) => new Promise((ok, no) => { request.onsuccess = () => ok(request.result); request.onerror = () => no(request.error); });
const over = (change) => new Promise((ok, no) => { change.oncomplete = ok; change.onerror = change.onabort = () => no(change.error); });

export class InkStore {
  #db;

  constructor(user, scope) {
    this.scope = scope;
    const request = indexedDB.open(`notes-${user}`, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('strokes', { keyPath: 'id' }).createIndex('scope', 'scope');
      request.result.createObjectStore('outbox', { keyPath: 'seq', autoIncrement: true }).createIndex('scope', 'scope');
      request.result.createObjectStore('meta');
    };
    this.#db = done(request);
  }

  async #change(names, act) {
    const change = (await this.#db).transaction(names, 'readwrite', { durability: 'strict' });
    const ends = over(change);
    const result = act(Object.fromEntries(names.map((name) => [name, change.objectStore(name)])));
    await ends;
    return result;
  }

  async #read(name, act) { return done(act((await this.#db).transaction(name).objectStore(name))); }

  strokes() { return this.#read('strokes', (strokes) => strokes.index('scope').getAll(this.scope)); }
  outbox(limit = 200) { return this.#read('outbox', (outbox) => outbox.index('scope').getAll(this.scope, limit)); }
  waiting() { return this.#read('outbox', (outbox) => outbox.index('scope').count(this.scope)); }
  async meta(key) { return this.#read('meta', (meta) => meta.get(`${this.scope}:${key}`)); }

  /** What a hand did: strokes and the operations that tell of it, together. */
  did(strokes, gone, ops, meta) {
    return this.#change(['strokes', 'outbox', 'meta'], (at) => {
      for (const one of strokes) at.strokes.put({ ...one, scope: this.scope });
      for (const id of gone) at.strokes.delete(id);
      for (const op of ops) at.outbox.add({ ...op, scope: this.scope });
      for (const [key, value] of Object.entries(meta)) at.meta.put(value, `${this.scope}:${key}`);
    });
  }

  /** The server answered: its operations are here, those it took are no longer waiting. */
  heard(strokes, gone, sent, meta) {
    return this.#change(['strokes', 'outbox', 'meta'], (at) => {
      for (const one of strokes) at.strokes.put({ ...one, scope: this.scope });
      for (const id of gone) at.strokes.delete(id);
      for (const seq of sent) at.outbox.delete(seq);
      for (const [key, value] of Object.entries(meta)) at.meta.put(value, `${this.scope}:${key}`);
    });
  }
}
