/** Calling the secretary: water, a technician, paper, a message, and from where. Fetched with the first press. */
import { toast } from '@lib/toast.js';
import { later } from './later.js';
import { find, setText, word } from './page.js';
import { fillChoices } from './press.js';

const kinds = { water: 'cup', tech: 'tool', paper: 'file-text', other: 'user' };
const code = later(() => import('./device-code.js')), person = later(() => import('./person.js'));
const dialog = find('#call');
let isReady = false;

export function open(line, press) {
  if (!isReady) prepare(line, press);
  seat(line);
  dialog.showModal();
  dialog.querySelector('[data-call-kinds] button').focus();
}

const mine = (line) => line.state.people.find((one) => one.p === line.me.p);

function seat(line) {
  const own = mine(line);
  setText('[data-seat-own]', own?.seat ? word('seat-is', own) : word('seat-own'));
}

async function call(press, kind, t) {
  const answer = await press('service.call', t ? { kind, t } : { kind });
  if (answer?.ok) toast(word('svc-sent', { what: word(`svc-${kind}`).toLocaleLowerCase('vi') }), { tone: 'ok' });
  return Boolean(answer?.ok);
}

/** What is called for with one press, and the code for another device. */
export function ways(line, press) {
  const own = { text: word('device-own'), icon: 'device-tablet', name: 'device', run: async () => (await code())?.show(line, press, mine(line)) };
  return [...Object.entries(kinds).map(([kind, icon]) => ({ text: word(`svc-${kind}`), icon, name: kind, run: () => call(press, kind) })), own];
}

function prepare(line, press) {
  isReady = true;
  fillChoices(find('[data-call-kinds]'), ways(line, press), dialog);
  line.addEventListener('state', () => seat(line));
  find('[data-seat-own]').addEventListener('click', async () => (await person())?.seat(mine(line), line, press));
  find('[data-call-form]').addEventListener('submit', (event) => {
    event.preventDefault();
    const t = event.target.t.value.trim();
    if (!t) { event.target.t.focus(); return; }
    dialog.close();
    call(press, 'message', t).then((done) => { if (done && event.target.t.value.trim() === t) event.target.reset(); });
  });
}
