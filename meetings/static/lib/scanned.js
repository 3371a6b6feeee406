/** Words of a scanned paper, as they were read from its pictures: looked for where the file itself holds no text. */
import { living } from '@lib/vault.js';
import { kept } from '@lib/vault-store.js';

/** Letters alone: tones and case do not matter, and d finds đ as well. */
export const bare = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').replace(/[đĐ]/g, 'd').toLowerCase().replace(/\s+/g, ' ').trim();

/** What the pack of a meeting brought onto this device; null where it has none. */
async function here(url) {
  const held = await living();
  return held && !held.waits ? kept(held, `lines:${url}`) : null;
}

export class Scanned {
  #url = null; #pages = null;

  /** The lines of a file, page by page; none of a file with text, and none where neither this device nor the server has them. */
  async lines(url) {
    const file = /^\/files\/(\w+)\//.exec(url ?? '')?.[1];
    if (this.#url !== url) {
      this.#url = url;
      const asked = () => fetch(`/files/${file}/lines.json`).then((answer) => (answer.ok ? answer.json() : [])).catch(() => { this.#url = null; return []; });
      this.#pages = file ? here(url).catch(() => null).then((held) => held ?? asked()) : [];
    }
    return this.#pages;
  }
}

/**
 * Every place where words are, also across the end of a line.
 * @param {{t: string, box: number[]}[][]} pages
 * @returns {{page: number, boxes: number[][]}[]} the lines that hold them, in user space of the page
 */
export function places(pages, words) {
  const query = bare(words);
  if (!query) return [];
  return pages.flatMap((lines, at) => {
    const ends = [];
    let said = '';
    for (const { t } of lines) {
      said += `${bare(t)} `;
      ends.push(said.length);
    }
    const found = [];
    for (let from = said.indexOf(query); from >= 0; from = said.indexOf(query, from + query.length)) {
      const boxes = lines.filter((_, n) => ends[n] > from && (ends[n - 1] ?? 0) < from + query.length).map(({ box }) => box);
      found.push({ page: at + 1, boxes });
    }
    return found;
  });
}
