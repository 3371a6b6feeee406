/**
 * The marks of a person, and what was done to them: `change` {add, del, set} after every act of this hand, `shown` after
 * marks came from elsewhere. Undo and redo are acts too: a mark that comes back has a new id, for the old one is gone.
 * Marks that others shared lie beside them: they are seen, and no hand here changes them.
 */
const isLater = (a, b) => a.lam > b.lam || (a.lam === b.lam && a.dev > b.dev);
const place = (mark) => `${mark.file} ${mark.page}`;

export class InkDoc extends EventTarget {
  #marks = new Map(); #shared = new Map(); #places = new Map(); #undo = []; #redo = []; #newId; #gone = new Set();

  constructor(newId) {
    super();
    this.#newId = newId;
  }

  get canUndo() { return this.#undo.length > 0; }
  get canRedo() { return this.#redo.length > 0; }
  /** Every mark of this person. */
  get own() { return [...this.#marks.values()]; }
  /** Every mark that others shared. */
  get shared() { return [...this.#shared.values()]; }

  get(id) { return this.#marks.get(id); }
  newId() { return this.#newId(); }
  /** The person's own marks on a page. */
  on(file, page) { return [...(this.#places.get(`${file} ${page}`)?.values() ?? [])].filter((one) => !one.by); }
  /** All that is to be seen on a page: a shared copy is not drawn over the mark it was made of. */
  seen(file, page) { return [...(this.#places.get(`${file} ${page}`)?.values() ?? [])].filter((one) => !this.#marks.has(one.source)); }

  /** Marks as they lie in the store of the device. */
  load(marks) {
    for (const one of marks) this.#put(one);
    this.#tell();
  }

  /**
   * What the server tells: marks {…, lam, dev, past, isMoved} and ids that are gone.
   * @returns {object[]} the marks as they stand now
   */
  bring(marks, gone = []) {
    for (const id of gone) { this.#gone.add(id); this.#drop(id); }
    const now = [];
    for (const one of marks) {
      const mark = this.#gone.has(one.id) ? null : this.#merged(one);
      if (mark) { this.#put(mark); now.push(mark); }
    }
    this.#tell();
    return now;
  }

  /** Of two versions the later one; notes are merged by `ink-notes.js`. A mark that the house moved is the same version. */
  #merged(told) {
    const held = this.#marks.get(told.id);
    if (told.kind === 'note') return this.merged(held, told);
    return !held || !isLater({ lam: 0, dev: '', ...held }, told) ? told : held;
  }

  /** Marks that others shared, {…, by, n}; those with `gone` are taken away. */
  share(marks, { anew = false } = {}) {
    if (anew) for (const id of [...this.#shared.keys()]) this.#drop(id);
    for (const one of marks) {
      this.#drop(one.id);
      if (!one.gone) this.#put(one);
    }
    this.#tell();
  }

  draw(...marks) { this.act({ add: marks }); }
  erase(marks) { if (marks.length) this.act({ del: marks }); }

  /**
   * One act of the hand: marks without an id to add, marks to take away, and pairs [before, after] of the same id.
   * @returns {object[]} what was added
   */
  act({ add = [], del = [], set = [] }) {
    const done = { add: add.map((one) => ({ ...one, id: this.#newId() })), del, set };
    this.#undo.push(done);
    if (this.#undo.length > 200) this.#undo.shift();
    this.#redo.length = 0;
    this.#apply(done);
    return done.add;
  }

  undo() { this.#back(this.#undo, this.#redo, true); }
  redo() { this.#back(this.#redo, this.#undo, false); }

  #back(from, to, isUndo) {
    const act = from.pop();
    if (!act) return;
    to.push(act);
    const back = isUndo ? act.del : act.add;
    const gone = isUndo ? act.add : act.del;
    const fresh = new Map(back.map((one) => [one.id, { ...one, id: this.#newId(), past: undefined, others: undefined }]));
    this.#renamed(fresh);
    const set = act.set.map(([before, after]) => (isUndo ? [this.#as(after), before] : [this.#as(before), after]));
    this.#apply({ add: [...fresh.values()], del: gone.filter((one) => this.#marks.has(one.id)), set: set.filter(([now]) => now) });
  }

  #as(mark) { return this.#marks.get(mark.id); }

  /** What waits in both stacks speaks of marks by their present ids. */
  #renamed(names) {
    const now = (one) => (names.has(one.id) ? { ...one, id: names.get(one.id).id } : one);
    for (const act of [...this.#undo, ...this.#redo]) {
      for (const part of ['add', 'del']) act[part] = act[part].map((one) => names.get(one.id) ?? one);
      act.set = act.set.map((pair) => pair.map(now));
    }
  }

  /** An act that is not undone. */
  quietly(act) { this.#apply(act); }

  #apply({ add, del, set }) {
    for (const one of del) { this.#gone.add(one.id); this.#drop(one.id); }
    const changed = set.map(([before, after]) => [before, { ...after, past: after.saw ?? before.past, others: after.saw ? undefined : before.others, saw: undefined }]);
    for (const one of [...add, ...changed.map(([, after]) => after)]) this.#put(one);
    this.dispatchEvent(new CustomEvent('change', { detail: { add, del, set: changed } }));
  }

  #put(mark) {
    this.#drop(mark.id);
    (mark.by ? this.#shared : this.#marks).set(mark.id, mark);
    const at = place(mark);
    if (!this.#places.has(at)) this.#places.set(at, new Map());
    this.#places.get(at).set(mark.id, mark);
  }

  #drop(id) {
    const held = this.#marks.get(id) ?? this.#shared.get(id);
    if (!held) return;
    this.#places.get(place(held))?.delete(id);
    this.#marks.delete(id);
    this.#shared.delete(id);
  }

  #tell() { this.dispatchEvent(new CustomEvent('shown')); }
}

