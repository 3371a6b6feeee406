/** How many have cast, as the server tells it now and then; and, of a roll-call, who has not. */
export class Counts {
  #line; #told = new Map(); #missing = new Map();

  constructor(line) { this.#line = line; }

  told(d) {
    this.#told.set(d.id, d.cast);
    if (d.missing) this.#missing.set(d.id, d.missing);
  }

  /** Null before anything was told; the first of a secret vote are not told. */
  of(vote) { return vote.cast ?? (this.#told.get(vote.id) || (vote.mode === 'secret' ? null : this.#told.get(vote.id))) ?? null; }
  missing(vote) { return this.#missing.get(vote.id) ?? []; }
}
