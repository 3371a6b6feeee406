/** Tells the server when this page does not follow the presenter, or does again; without a word it is held to follow. */
export class Followed {
  #line; #follow; #said = true; #me;

  constructor(line, follow) { [this.#line, this.#follow, this.#me] = [line, follow, line.me]; }

  tick() {
    // After each hello, which brings `me` anew, the server holds it to follow.
    if (this.#me !== this.#line.me) [this.#me, this.#said] = [this.#line.me, true];
    if (!this.#line.state.present.file) return;
    const on = this.#follow.leads ? null : this.#follow.follows;
    if (on !== this.#said && this.#line.whisper('lv', { key: 'follow', d: { on } })) this.#said = on;
  }
}
