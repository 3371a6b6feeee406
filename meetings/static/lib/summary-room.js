/** The summary of what is on the floor, typed in the room: the very block that the page of the minutes has. */
import { Concluding } from './concluding.js';
import { Block } from './minutes-block.js';
import { offerSentences } from './offering.js';
import { el } from './page.js';

/** So long (ms) one's own words take to come back from saving; what is newer then was written on another page. */
const KNOWN = 600;
const typed = /^(opening|closing|summary:|opinions:)/;

export class Summary {
  #mid; #me; #host; #again; #block = null; #next = null; #styled = null;

  /** @param {HTMLElement} host where it stands @param {() => void} again asks the server anew */
  constructor(line, host, again) {
    this.#mid = line.state.mid;
    this.#me = line.me.p;
    this.#host = host;
    this.#again = again;
    offerSentences(host, () => this.#fetchPop());
    addEventListener('beforeunload', (event) => { if (this.#block?.isDirty) event.preventDefault(); });
  }

  /** Something in the minutes changed, or somebody is at a block. @returns {boolean} what is shown is to be read anew */
  told({ key, by, name, rev }) {
    const at = key.replace(/^editing:/, '');
    if (at === this.#block?.key && by !== this.#me) this.#block.at(name);
    if (at !== key) return false;
    if (!typed.test(key)) return true;
    if (by !== this.#me) return [this.#block?.key, this.#next?.key].includes(key);
    const block = this.#block;
    if (key === block?.key) setTimeout(() => { if (block === this.#block && rev > block.rev) this.#again(); }, KNOWN);
    return false;
  }

  /** What the server has now. Another item waits while this one's is being written: nothing is taken from under the hands. */
  async show(page) {
    const fresh = page.getElementById('now-summary');
    const root = fresh?.querySelector('[data-block]');
    if (!root) return;
    const block = this.#block;
    const isSame = block?.key === root.dataset.block;
    if (isSame && Boolean(block.field) === Boolean(root.querySelector('[data-ed]'))) {
      this.#wait(null);
      block.refresh(root);
    } else if (!block || !(block.isDirty || this.#host.contains(document.activeElement))) await this.#put(fresh);
    else if (!isSame) this.#wait({ key: root.dataset.block, fresh });
  }

  grow() { this.#block?.grow(); }

  #wait(next) {
    this.#next = next;
    this.#host.querySelector('[data-sum-next]')?.remove();
    if (!next) return;
    // Under the field, which stays where it is, and keeps the focus until the press is done.
    const stay = (event) => event.preventDefault();
    this.#host.querySelector('[data-block]').append(el('button', { class: 'b', type: 'button', 'data-sum-next': '', on: { mousedown: stay, click: () => this.#turn() } }, next.fresh.dataset.go));
  }

  async #turn() {
    const block = this.#block;
    // The first may have been on its way with fewer words.
    await block.save();
    await block.save();
    if (block.isDirty || !this.#next) return;
    await this.#put(this.#next.fresh);
    this.#block.field?.focus();
  }

  async #put(fresh) {
    await (this.#styled ??= this.#style(fresh.dataset.style));
    this.#next = null;
    this.#host.replaceChildren(...fresh.childNodes);
    this.#block = new Block(this.#host.querySelector('[data-block]'), this.#mid, this.#me);
  }

  #style(href) {
    return new Promise((ok) => { document.head.append(el('link', { rel: 'stylesheet', href, on: { load: ok, error: ok } })); });
  }

  /** The form of a conclusion comes with the first sentence that is tapped. */
  async #fetchPop() {
    const answer = await fetch(`/meetings/${this.#mid}/conclusions/panel`, { headers: { 'Office-Refresh': '1' } }).catch(() => null);
    if (!answer?.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    return new Concluding(page.querySelector('[data-pop]'), this.#mid, () => this.#again());
  }
}
