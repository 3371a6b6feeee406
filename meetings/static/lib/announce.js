/** Announcements and the room's own clock, over the page; whoever runs the room writes and clears them. */
import { toast } from '@lib/toast.js';
import { all, el, find, icon, mmss, timerLeft, word } from './page.js';

export class Announce {
  #line; #press; #hidden = new Set(); #drawn = ''; #replies = new Map();

  constructor(line, press) {
    this.#line = line;
    this.#press = press;
    for (const one of line.last.replies ?? []) this.#reply(one);
    line.addEventListener('lv', ({ detail }) => { if (detail.key === 'reply') this.#reply(detail.d); });
    for (const form of all('[data-notice-form], [data-timer-form]'))
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        import('./notice-forms.js').then((forms) => forms.send(form, press, word, toast));
      });
    find('[data-timer-stop]')?.addEventListener('click', (event) => { event.target.closest('dialog').close(); this.#press('timer.stop'); });
  }

  /** Draws what is to be seen at `now`; called each second, changes the page only when something changed. */
  tick(now) {
    const { state, me } = this.#line;
    const runs = me.can.includes('run');
    const shown = [...(state.notices ?? []), ...this.#replies.values()].filter((one) => (!one.until || one.until > now) && !this.#hidden.has(one.id));
    const drawn = JSON.stringify([shown, runs]);
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      find('[data-notices]').replaceChildren(...shown.slice(-3).map((one) => this.#row(one, runs)));
    }
    const { timer } = state;
    find('[data-timer]').hidden = !timer;
    if (find('[data-timer-stop]')) find('[data-timer-stop]').disabled = !timer;
    if (!timer) return;
    const left = timerLeft(timer, now);
    find('[data-timer-label]').textContent = timer.label;
    const face = find('[data-timer-clock]');
    face.textContent = left >= 0 ? mmss(left) : word('overtime', { t: mmss(-left) });
    face.classList.toggle('over', left < 0);
    face.classList.toggle('soft', left >= 0 && left <= 30);
  }

  /** What the secretary answered or wrote to this person alone; closing it is nobody else's affair. */
  #reply(one) { this.#replies.set(one.id, { id: `r${one.id}`, lvl: 'own', t: word(one.role ? `told-${one.role}` : 'svc-reply', one) }); }

  #row(one, runs) {
    const clears = runs && one.lvl !== 'own';
    const close = () => {
      if (clears) this.#press('notice.clear', { id: one.id });
      else { this.#hidden.add(one.id); this.#drawn = ''; this.tick(this.#line.now()); }
    };
    return el('div', { class: `m-notice ${one.lvl}` }, icon({ warn: 'alert-triangle', own: 'message' }[one.lvl] ?? 'volume'), el('p', { class: 'grow' }, runs && one.to ? `${word(`notice-${one.to}`)} ${one.t}` : one.t),
      el('button', { class: 'b g q', type: 'button', 'aria-label': word(clears ? 'notice-clear' : 'notice-close'), on: { click: close } }, icon('x')));
  }
}
