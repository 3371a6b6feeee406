/** The page that is on the screen, small, beside the secretary's tabs; fetched when it is first in sight there. */
import { el, find } from './page.js';
import { papers } from './state.js';

/** Its width and the dots of one pixel. */
const WIDE = 180, SHARP = 2;

export class Preview {
  #line; #reader; #task = null; #url = ''; #drawn = ''; #host = find('[data-preview]');

  constructor(line, reader) {
    this.#line = line;
    this.#reader = reader;
  }

  /** The paper: the one that is open here, or another, which is held until a third one is shown. */
  #doc(url) {
    if (url === this.#url) return this.#task.promise;
    this.#task?.destroy();
    this.#task = null;
    this.#url = '';
    if (this.#reader.url === url && this.#reader.doc) return this.#reader.doc;
    this.#url = url;
    this.#task = this.#reader.load(url);
    return this.#task.promise;
  }

  async draw() {
    const { state } = this.#line;
    const { file: id, page } = state.present;
    const url = papers(state).find(({ file }) => file.id === id)?.file.url ?? '';
    const drawn = `${url} ${page}`;
    this.#host.hidden = !url;
    this.#host.classList.toggle('off', state.blank);
    if (!url || drawn === this.#drawn) return;
    this.#drawn = drawn;
    try {
      const found = await (await this.#doc(url)).getPage(page);
      const viewport = found.getViewport({ scale: (WIDE / found.getViewport({ scale: 1 }).width) * SHARP });
      const canvas = el('canvas', { width: Math.round(viewport.width), height: Math.round(viewport.height) });
      await found.render({ canvas, viewport }).promise;
      // Of fast turns the last one stays.
      if (drawn === this.#drawn) this.#host.replaceChildren(canvas);
    } catch { if (drawn === this.#drawn) this.#drawn = ''; }
  }
}
