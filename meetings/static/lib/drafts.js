/** Words that were not kept yet, by what they are for (a mark, a place, a conclusion): sealed on the device, so that a page loaded again has them. */
import { keyOf } from '@lib/vault-key.js';
import { forget, keep, kept } from '@lib/vault-store.js';

/** Typing is written down at most so often (ms). */
const REST = 400;

export class Drafts {
  #user; #name; #words = new Map(); #timer = 0;

  constructor(user, mid, kind = 'drafts') {
    [this.#user, this.#name] = [user, `${kind}:${mid}:${user}`];
    /** Settled when what an earlier page left is here. */
    this.come = this.#read();
    addEventListener('pagehide', () => this.#write());
  }

  get(key) { return this.#words.get(key); }
  set(key, words) { this.#words.set(key, words); this.#soon(); }
  delete(key) { if (this.#words.delete(key)) this.#soon(); }

  #soon() { this.#timer ||= setTimeout(() => this.#write(), REST); }

  async #read() {
    try {
      const found = await kept(await keyOf(this.#user), this.#name);
      this.#words = new Map([...(found ?? []), ...this.#words]);
    } catch { /* This device keeps nothing: words wait while the page is open. */ }
  }

  async #write() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    try {
      await (this.#words.size ? keep(await keyOf(this.#user), this.#name, [...this.#words]) : forget(this.#name));
    } catch { /* The same. */ }
  }
}
