/** A code by which another device takes a person's place in this room; fetched when the first is asked for. */
import { toast } from '@lib/toast.js';
import { find, mmss, setText, word } from './page.js';
import { styled } from './sheet.js';

styled();
const dialog = document.getElementById('device-code');
let timer = 0;
let shown = null;

/** Takes everything of a code off the page. */
function forget() {
  clearInterval(timer);
  shown = null;
  find('[data-dc-code]').textContent = '';
  find('[data-dc-qr]').removeAttribute('src');
}

function tick(line) {
  const left = (shown.until - line.now()) / 1000;
  setText('[data-dc-left]', left > 0 ? word('device-left', { left: mmss(left) }) : word('device-over'));
  if (left <= 0) { clearInterval(timer); find('[data-dc-code]').textContent = ''; find('[data-dc-qr]').removeAttribute('src'); }
}

/**
 * Asks for a code and shows it until it is used, runs out or is put away.
 * @param {{p: number, n: string}} person whose place goes to another device
 */
export async function show(line, press, person) {
  const answer = await press('device.code', person.p === line.me.p ? {} : { p: person.p });
  if (!answer?.ok) return;
  shown = { p: person.p, until: answer.until };
  setText('[data-dc-name]', person.n);
  setText('[data-dc-at]', answer.at);
  find('[data-dc-code]').textContent = `${answer.code.slice(0, 3)} ${answer.code.slice(3)}`;
  find('[data-dc-qr]').src = answer.qr;
  if (!dialog.dataset.known) {
    dialog.dataset.known = '1';
    dialog.addEventListener('close', forget);
    line.addEventListener('lv', ({ detail }) => {
      if (detail.key !== 'device' || detail.d.p !== shown?.p) return;
      toast(word('device-done', { name: find('[data-dc-name]').textContent }), { tone: 'ok' });
      dialog.close();
    });
  }
  clearInterval(timer);
  timer = setInterval(() => tick(line), 1000);
  tick(line);
  dialog.showModal();
}
