/**
 * Many files dropped on an agenda at once: each is sent, checked and put where its name says, and each says for itself how
 * that went. What is refused stops none of the others; the list stays until it is put away.
 */
import { api } from '@lib/api.js';
import { send, verdict } from '@lib/upload.js';
import { el } from './page.js';

const host = () => document.querySelector('[data-drops]');
/** The page shows what has landed at most this often (ms) while more is under way. */
const SHOWN = 2500;

/**
 * @param {string} url where an upload is told to find its place
 * @param {File[]} files
 * @param {() => Promise} renew shows the agenda anew
 */
export async function drop(url, files, renew) {
  const list = el('ul', { tabindex: '0', 'aria-label': 'Các tệp vừa thả' });
  const total = el('b', { role: 'status' });
  const shut = el('button', { class: 'b g q', type: 'button', 'aria-label': 'Đóng danh sách tệp vừa thả', on: { click: () => { panel.remove(); host().hidden = !host().children.length; } } }, '×');
  const panel = el('section', { class: 'card' }, el('div', { class: 'hh' }, total, shut), list);
  host().append(panel);
  host().hidden = false;
  let done = 0, shownAt = 0, waiting = null;
  const count = () => { total.textContent = done < files.length ? `Đã xong ${done}/${files.length} tệp` : `Đã xong cả ${files.length} tệp`; };
  count();
  const show = () => {
    const rest = shownAt + SHOWN - Date.now();
    if (waiting) return;
    waiting = setTimeout(async () => { waiting = null; shownAt = Date.now(); await renew(); }, Math.max(0, rest));
  };
  await Promise.all(files.map(async (file) => {
    const bar = el('progress', { max: '100', value: '0', 'aria-label': file.name });
    const said = el('span', { class: 'mut' }, 'Chờ gửi');
    const row = el('li', {}, el('span', { class: 'ell' }, file.name), said, bar);
    list.append(row);
    const end = (state, text) => { row.dataset.state = state; said.textContent = text; bar.remove(); done += 1; count(); show(); };
    let sent = await send(file, { onProgress: (share) => { bar.value = share * 100; said.textContent = `Đang gửi ${Math.round(share * 100)}%`; } });
    if (sent.state === 'refused') { end('refused', sent.msg); return; }
    try {
      let found = await api(url, { staged: sent.id });
      while (found.state === 'checking') {
        said.textContent = found.msg;
        sent = await verdict({ ...sent, state: 'checking' });
        found = await api(url, { staged: sent.id });
        if (sent.state === 'checking') break;
      }
      end(found.state, found.msg);
    } catch (error) { end('refused', error.answer?.msg ?? 'Chưa tới được máy chủ. Tệp đã gửi vẫn được giữ; hãy tải lại trang.'); }
  }));
}
