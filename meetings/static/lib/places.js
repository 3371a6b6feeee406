/** Where a person was in each paper, and whether they read pages or text: kept on the device for when they come back. */
const MOST = 60;

export class Places {
  #key; #held = new Map(); isText = false;

  constructor(user, reader, follow) {
    this.#key = `places-${user}`;
    try {
      const { text, held } = JSON.parse(localStorage.getItem(this.#key));
      [this.isText, this.#held] = [text, new Map(held)];
    } catch { /* nothing is kept here yet */ }
    reader.addEventListener('page', ({ detail: { page } }) => { if (follow.file && this.of(follow.file)?.page !== page) this.put(follow.file, { page, y: 0 }); });
  }

  /** {page, y}: y is how far down the page, 0 to 1; undefined where they never were. */
  of(file) { return this.#held.get(file); }

  put(file, { page, y }) {
    this.#held.delete(file);
    this.#held.set(file, { page, y });
    this.#keep();
  }

  reads(isText) {
    this.isText = isText;
    this.#keep();
  }

  #keep() {
    try { localStorage.setItem(this.#key, JSON.stringify({ text: this.isText, held: [...this.#held].slice(-MOST) })); } catch { /* a full store: the paper opens at its beginning */ }
  }
}
