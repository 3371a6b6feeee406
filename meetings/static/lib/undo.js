/** The bar that stands for five seconds after an act done at once: one press takes the act back. It never takes the focus. */
import { find, setText } from './page.js';

const LASTS = 5000;

export class Undo {
  #bar = find('[data-undo-bar]'); #offer = null; #timer = 0;

  constructor() {
    find('[data-undo-do]').addEventListener('click', () => {
      const offer = this.#offer;
      this.hide();
      offer?.back();
    });
  }

  /**
   * @param {string} text what was done
   * @param {() => void} back takes it back
   * @param {() => boolean} holds whether what was done still stands: somebody else may have gone on
   */
  show(text, back, holds) {
    clearInterval(this.#timer);
    this.#offer = { back, holds, isSeen: holds() };
    setText('[data-undo-text]', text);
    this.#bar.hidden = false;
    const ends = performance.now() + LASTS;
    const line = this.#bar.querySelector('rect');
    line.setAttribute('width', '100');
    this.#timer = setInterval(() => {
      const left = Math.max(0, ends - performance.now());
      line.setAttribute('width', String((left / LASTS) * 100));
      if (!left && !this.#bar.contains(document.activeElement)) this.hide();
    }, 200);
  }

  /** What is offered goes: its time is over, or whoever pressed goes on to the next act. */
  hide() {
    clearInterval(this.#timer);
    this.#offer = null;
    if (this.#bar.contains(document.activeElement)) find('#doc').focus({ preventScroll: true });
    this.#bar.hidden = true;
  }

  /** The room moved: an act that something else has followed cannot be taken back any more. */
  draw() {
    if (!this.#offer) return;
    if (this.#offer.holds()) this.#offer.isSeen = true;
    else if (this.#offer.isSeen) this.hide();
  }
}
