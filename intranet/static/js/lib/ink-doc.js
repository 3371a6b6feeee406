/**
 * The strokes of a person, and what was done to them: `change` {add, del} after every act of this hand, `shown` after
 * strokes came from elsewhere. Undo and redo are acts too: a stroke that comes back has a new id, for the old one is gone.
 */
export class InkDoc extends EventTarget {
  #strokes = new Map(); #undo = []; #redo = []; #newId;

  constructor(newId) {
    super();
    this.#newId = newId;
  }

  get canUndo() { return this.#undo.length > 0; }
  get canRedo() { return this.#redo.length > 0; }

  on(file, page) { return [...this.#strokes.values()].filter((one) => one.page === page && one.file === file); }

  /** Strokes from the store or from another device. */
  bring(add, del = []) {
    for (const id of del) this.#strokes.delete(id);
    for (const one of add) this.#strokes.set(one.id, one);
    this.dispatchEvent(new CustomEvent('shown'));
  }

  draw(stroke) { this.#do({ add: [{ ...stroke, id: this.#newId() }], del: [] }); }
  erase(strokes) { if (strokes.length) this.#do({ add: [], del: strokes }); }

  undo() { this.#back(this.#undo, this.#redo, true); }
  redo() { this.#back(this.#redo, this.#undo, false); }

  #do(act) {
    this.#undo.push(act);
    if (this.#undo.length > 200) this.#undo.shift();
    this.#redo.length = 0;
    this.#apply(act.add, act.del);
  }

  #back(from, to, isUndo) {
    const act = from.pop();
    if (!act) return;
    to.push(act);
    const back = isUndo ? act.del : act.add;
    const gone = isUndo ? act.add : act.del;
    const fresh = back.map((one) => ({ ...one, id: this.#newId() }));
    this.#renamed(new Map(back.map((one, i) => [one.id, fresh[i]])));
    this.#apply(fresh, gone);
  }

  /** What waits in both stacks speaks of strokes by their present ids. */
  #renamed(names) {
    for (const act of [...this.#undo, ...this.#redo])
      for (const part of ['add', 'del']) act[part] = act[part].map((one) => names.get(one.id) ?? one);
  }

  #apply(add, del) {
    for (const one of del) this.#strokes.delete(one.id);
    for (const one of add) this.#strokes.set(one.id, one);
    this.dispatchEvent(new CustomEvent('change', { detail: { add, del } }));
  }
}
