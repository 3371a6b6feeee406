/** The reader's name and the time over the page of a paper whose copies carry them: a photograph of it says whose it is. */
import { clock, el, find } from './page.js';

/** So many lie over the page; the time is written anew each minute. */
const COUNT = 15, MINUTE = 60e3;

let sheet = null, time = null;

/** @param {boolean} isAsked whether the paper that is open asks for it @param {{now: () => number}} clocks ms on the server's clock */
export function stamp(host, isAsked, clocks) {
  time = clocks;
  if (!isAsked) { sheet?.remove(); return; }
  if (!sheet) {
    document.head.append(el('link', { rel: 'stylesheet', href: find('#room').dataset.stampStyle }));
    sheet = el('div', { class: 'm-stamp', 'aria-hidden': 'true' }, ...Array.from({ length: COUNT }, () => el('span')));
    setInterval(write, MINUTE);
  }
  write();
  host.append(sheet);
}

function write() {
  const now = time.now();
  const said = `${find('#room').dataset.name}, ${clock(now)} ${new Intl.DateTimeFormat('vi-VN', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'Asia/Ho_Chi_Minh' }).format(now)}`;
  for (const one of sheet.children) one.dataset.said = said;
}
