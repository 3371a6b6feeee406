/** What a member says of an item before it is taken up: a button under the item, and the form behind it. */
import { clock, el, find, icon, setText, word } from './page.js';
import { styled } from './sheet.js';

const open = new Set(['published', 'ready', 'live', 'paused']);
const kinds = new Set(['decision', 'consent']);

/** Puts the way to it under every item on which this person is asked; positions taken on another device show too. */
export function offer(line, agenda) {
  const isAsked = (state, one) => open.has(state.state) && one.st === 'planned' && kinds.has(one.kind) && !(one.kind === 'consent' && one.until && one.until <= line.now());
  const mine = (one) => line.last.mine?.[one.id];
  const hint = (one) => (one.kind === 'consent' ? word(one.until ? 'stand-until' : one.late ? 'stand-late' : 'stand-open', { at: clock(one.until ?? 0) }) : word('stand-decision'));

  function write(state, one) {
    const form = find('[data-stand]');
    const dialog = form.closest('dialog');
    const fault = form.querySelector('[data-stand-fault]');
    const say = (text) => { fault.textContent = text; fault.hidden = !text; form.text.setAttribute('aria-invalid', String(Boolean(text))); };
    styled();
    setText('[data-stand-t]', `${state.items.indexOf(one) + 1}. ${one.t}`);
    setText('[data-stand-hint]', hint(one));
    form.pos.value = mine(one)?.pos ?? 'agree';
    form.text.value = mine(one)?.t ?? '';
    say('');
    form.onsubmit = async (event) => {
      event.preventDefault();
      const answer = await line.send('position.set', { item: one.id, pos: form.pos.value, text: form.text.value.trim() });
      if (answer.ok) { dialog.close(); return; }
      say(answer.msg ?? word('unreached'));
      form.text.focus();
    };
    dialog.showModal();
    form.querySelector(':checked').focus();
  }

  agenda.more.push((state, one) => {
    if (!isAsked(state, one)) return [];
    const said = mine(one);
    const text = said ? word('stand-mine', { pos: word(`pos-${said.pos}`) }) : word('stand-give');
    return [el('button', { class: 'b m-start', type: 'button', 'data-key': `stand-${one.id}`, on: { click: () => write(state, one) } }, icon(said ? 'check' : 'message'), text)];
  });
  line.addEventListener('lv', ({ detail }) => { if (detail.key === 'mine') agenda.draw(); });
  agenda.draw();
}
