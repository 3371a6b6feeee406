/** Announcements and the room's own clock, over the page; whoever runs the room writes and clears them. */
import { toast } from '@lib/toast.js';
import { el, find, icon, mmss, word } from './page.js';

export class Announce {
  #line; #press; #hidden = new Set(); #drawn = ''; #replies;

  constructor(line, press) {
    this.#line = line;
    this.#press = press;
    this.#replies = line.last.replies ?? [];
    line.addEventListener('lv', ({ detail }) => {
      if (detail.key !== 'reply' || this.#replies.some((one) => one.id === detail.d.id)) return;
      this.#replies.push(detail.d);
      this.tick(line.now());
    });
    find('[data-notice-form]')?.addEventListener('submit', (event) => this.#send(event));
    find('[data-timer-form]')?.addEventListener('submit', (event) => this.#start(event));
    find('[data-timer-stop]')?.addEventListener('click', (event) => { event.target.closest('dialog').close(); this.#press('timer.stop'); });
  }

  async #send(event) {
    event.preventDefault();
    const form = event.target;
    const t = form.t.value.trim();
    if (!t) { form.t.focus(); return; }
    const answer = await this.#press('notice.send', { t, lvl: form.lvl.value, ...(form.for_s.value ? { for_s: Number(form.for_s.value) } : {}) });
    if (answer?.ok) { form.closest('dialog').close(); form.reset(); }
  }

  async #start(event) {
    event.preventDefault();
    const form = event.target;
    const n = Number(form.minutes.value);
    if (!Number.isInteger(n) || n < 1 || n > 600) { toast(word('timer-bad'), { tone: 'warn' }); form.minutes.focus(); return; }
    const answer = await this.#press('timer.set', { label: form.label.value.trim(), dur_s: n * 60 });
    if (answer?.ok) form.closest('dialog').close();
  }

  /** Draws what is to be seen at `now`; called each second, changes the page only when something changed. */
  tick(now) {
    const { state, me } = this.#line;
    const runs = me.can.includes('run');
    const shown = (state.notices ?? []).filter((one) => (!one.until || one.until > now) && !this.#hidden.has(one.id));
    // What the secretary answered this person alone; closing it is nobody else's affair.
    for (const one of this.#replies) if (!this.#hidden.has(`r${one.id}`)) shown.push({ id: `r${one.id}`, lvl: 'info', t: word('svc-reply', one), own: true });
    const drawn = JSON.stringify([shown, runs]);
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      find('[data-notices]').replaceChildren(...shown.slice(-3).map((one) => this.#row(one, runs)));
    }
    const { timer } = state;
    find('[data-timer]').hidden = !timer;
    if (find('[data-timer-stop]')) find('[data-timer-stop]').disabled = !timer;
    if (!timer) return;
    const left = timer.dur_s - (now - timer.started - (timer.paused_ms ?? 0)) / 1000;
    find('[data-timer-label]').textContent = timer.label;
    const face = find('[data-timer-clock]');
    face.textContent = left >= 0 ? mmss(left) : word('overtime', { t: mmss(-left) });
    face.classList.toggle('over', left < 0);
    face.classList.toggle('soft', left >= 0 && left <= 30);
  }

  #row(one, runs) {
    const close = () => {
      if (runs && !one.own) this.#press('notice.clear', { id: one.id });
      else { this.#hidden.add(one.id); this.#drawn = ''; this.tick(this.#line.now()); }
    };
    return el('div', { class: `m-notice ${one.lvl}` }, icon(one.own ? 'message' : one.lvl === 'warn' ? 'alert-triangle' : 'volume'), el('p', { class: 'grow' }, one.t),
      el('button', { class: 'b g q', type: 'button', 'aria-label': word(runs && !one.own ? 'notice-clear' : 'notice-close'), on: { click: close } }, icon('x')));
  }
}
