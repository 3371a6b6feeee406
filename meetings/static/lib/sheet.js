/** The sheet of what is seldom seen in the room, asked for once. */
import { el, find } from './page.js';

export function styled() {
  const href = find('#room').dataset.seldom;
  if (!find(`link[href="${href}"]`)) document.head.append(el('link', { rel: 'stylesheet', href }));
}
