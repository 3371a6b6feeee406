/** For whoever runs the room: what members said beforehand, the consent block, and a wish that somebody else takes the chair. */
import { ask } from '@lib/dialogs.js';
import { clock, el, find, icon, setText, word } from './page.js';
import { current } from './state.js';

const against = new Set(['object', 'speak']);
/** So many people are named; of the others their number is. */
const NAMED = 4;

export class Members {
  #line; #press; #drawn = '';

  constructor(line, press) {
    this.#line = line;
    this.#press = press;
    find('[data-consent-adopt]').addEventListener('click', () => this.#adopt());
    find('[data-wish-yes]').addEventListener('click', () => this.#press('role.transfer', { p: this.#line.state.wish.to }));
  }

  draw(now) {
    const { state, me } = this.#line;
    const wish = state.wish && state.wish.until > now ? state.wish : null;
    const drawn = JSON.stringify([state.positions, state.people.length, state.items.map((one) => [one.id, one.st, one.kind, one.late, one.until && one.until <= now]), state.cur?.item, wish, me.can]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#positions(current(state));
    this.#block();
    find('[data-wish]').hidden = !wish;
    if (wish) {
      const by = state.people.find((one) => one.p === wish.by)?.n ?? '';
      setText('[data-wish-words]', word(wish.by === me.p ? 'wish-mine' : 'wish-other', { name: wish.n, by, at: clock(wish.until) }));
      find('[data-wish-yes]').hidden = wish.by === me.p;
    }
  }

  /** What members said of the item on the floor. */
  #positions(item) {
    const said = (this.#line.state.positions ?? []).filter((one) => one.item === item?.id);
    find('[data-positions-panel]').hidden = !said.length;
    setText('[data-positions-count]', ['agree', 'comment', 'object', 'speak'].map((pos) => `${said.filter((one) => one.pos === pos).length} ${word(`pos-${pos}`)}`).join('; '));
    find('[data-positions]').replaceChildren(...said.map((one) => el('li', { class: 'ln ic' }, icon(against.has(one.pos) ? 'alert-triangle' : 'check'),
      el('div', { class: 'grow' }, el('span', { class: 't0' }, `${one.n}: ${word(`pos-${one.pos}`)}`), one.t ? el('span', { class: 't1' }, one.t) : null))));
  }

  /** Items for adoption without debate, and who keeps them from it. */
  #block() {
    const { state, me } = this.#line;
    const waiting = state.items.filter((one) => one.kind === 'consent' && one.st === 'planned');
    find('[data-consent-panel]').hidden = !waiting.length;
    find('[data-consent]').replaceChildren(...waiting.map((one) => {
      const no = this.#against(one);
      const late = this.#unanswered(one);
      const names = (them) => ({ names: them.slice(0, NAMED).map((each) => each.n).join(', ') + (them.length > NAMED ? word('names-more', { n: them.length - NAMED }) : ''), at: clock(one.until ?? 0) });
      const said = no.length ? word('consent-no', names(no)) : late.length ? word(one.until ? 'consent-until' : 'consent-late', names(late)) : word('consent-ok');
      return el('li', { class: 'ln ic' }, icon(no.length || late.length ? 'alert-triangle' : 'check'),
        el('div', { class: 'grow' }, el('span', { class: 't0' }, `${state.items.indexOf(one) + 1}. ${one.t}`), el('span', { class: 't1' }, said)));
    }));
    const ready = this.#ready;
    const button = find('[data-consent-adopt]');
    button.hidden = !ready.length || !me.can.includes('chair');
    setText('[data-consent-word]', word('consent-adopt', { n: ready.length }));
  }

  #against(item) { return (this.#line.state.positions ?? []).filter((one) => one.item === item.id && against.has(one.pos)); }

  /** Members who have yet to answer before the item's hour, or as it came while the room sat; else silence agrees. */
  #unanswered(item) {
    const { state, me } = this.#line;
    if (item.until ? item.until <= this.#line.now() : !item.late) return [];
    const answered = new Set((state.positions ?? []).filter((one) => one.item === item.id).map((one) => one.p));
    return state.people.filter((one) => ['chair', 'delegate'].includes(one.role) && one.p !== me.p && !answered.has(one.p));
  }

  get #ready() { return this.#line.state.items.filter((one) => one.kind === 'consent' && one.st === 'planned' && !this.#against(one).length && !this.#unanswered(one).length); }

  async #adopt() {
    const ready = this.#ready;
    const sure = await ask(word('consent-q', { n: ready.length }), { word: word('consent-adopt', { n: ready.length }) });
    if (sure) await this.#press('consent.adopt', { items: ready.map((one) => one.id) });
  }
}
