/** The queue in the hands of whoever runs the room: call, order, pause, extend, end. */
import { later } from './later.js';
import { LongList } from './long-list.js';
import { all, el, find, icon, setText, word } from './page.js';
import { lasted, ruleOf, wasSpoken } from './speakers.js';

const acts = later(() => import('./queue-acts.js'));
/** Seconds that one press of +1' adds. */
const MORE = 60;

export class QueueDesk {
  #line; #press; #speakers; #undo; #drawn = ''; #rows = null;

  constructor(line, press, speakers, undo) {
    this.#undo = undo;
    this.#line = line;
    this.#press = press;
    this.#speakers = speakers;
    for (const button of all('[data-speech-do]')) button.addEventListener('click', () => this.#do(button.dataset.speechDo));
    find('[data-queue-lock]').addEventListener('click', () => this.#press('queue.set', { open: !this.#speakers.queue.open }));
    find('[data-queue-turn]').addEventListener('click', () => this.#press('queue.rule', { rule: ruleOf(this.#line.state) === 'fair' ? 'asked' : 'fair' }));
  }

  get state() { return this.#line.state; }
  ask(t, d) { return this.#press(t, d); }
  now() { return this.#line.now(); }
  open(one) { this.#speakers.reading.open(one.file, one.page); }
  get next() { return this.#speakers.queue.wait[0]; }

  /** Gives the floor to somebody who waits; who spoke until now is done. */
  async call(rq = this.next?.rq) {
    if (rq === undefined) return null;
    const { queue, speech: before } = this.#speakers;
    const place = queue.wait.findIndex((one) => one.rq === rq);
    const called = queue.wait[place];
    const left = this.left();
    this.#undo.hide();
    const answer = await this.#press('speech.start', { rq, expect: before?.rq ?? null });
    if (answer?.ok && called) {
      const back = async () => (await acts())?.takeBack(this, called, place, before, left);
      this.#undo.show(word('called', { name: this.#name(called) }), back, () => this.#speakers.speech?.rq === rq);
    }
    return answer;
  }

  /** Seconds that whoever speaks has left, or some when time is up; undefined when nobody does. */
  left() {
    const { speech } = this.#speakers;
    return speech ? Math.max(MORE, Math.round(speech.limit_s - lasted(speech, this.#line.now()))) : undefined;
  }

  /** Gives the floor back to whoever lost it by mistake, with the seconds that were left. */
  async giveBack(speech, left) { return (await acts())?.giveBack(this, speech, left); }

  #do(name) {
    const cur = this.#speakers.speech;
    if (!cur) return null;
    if (name === 'more') return this.#press('speech.extend', { rq: cur.rq, add_s: MORE });
    if (name === 'pause') return this.#press(cur.paused_at ? 'speech.resume' : 'speech.pause', { rq: cur.rq });
    return this.#press('speech.end', { rq: cur.rq });
  }

  draw(now) {
    const { queue } = this.#speakers;
    const { state } = this.#line;
    const live = state.state === 'live';
    for (const button of all('[data-speech-do]')) button.disabled = !queue.cur || !live;
    setText('[data-speech-pause-word]', word(queue.cur?.paused_at ? 'speech-resume' : 'speech-pause'));
    const lock = find('[data-queue-lock]');
    lock.hidden = !state.queue;
    lock.disabled = !live && state.state !== 'paused';
    lock.textContent = word(queue.open ? 'lock' : 'unlock');
    setText('[data-queue-n]', String(queue.wait.length));
    const turn = find('[data-queue-turn]');
    turn.hidden = !state.queue;
    turn.disabled = lock.disabled;
    turn.title = word(ruleOf(state) === 'fair' ? 'turn-asked' : 'turn-fair');
    turn.setAttribute('aria-label', turn.title);
    setText('[data-note-of="call"]', this.next ? this.#name(this.next) : word('queue-none'));
    find('[data-do="call"]').disabled = !live || !this.next;
    const minute = Math.floor(now / 60000);
    const drawn = JSON.stringify([queue.wait, state.spoken, queue.cur?.rq, minute]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    find('[data-queue-none]').hidden = queue.wait.length > 0;
    this.#rows ??= new LongList(find('[data-queue]'), (one, at) => this.#row(one, at, this.#line.now()));
    this.#rows.draw(queue.wait);
  }

  #name(one) { return one.n ?? this.#speakers.name(one.p); }

  #row(one, at, now) {
    const name = this.#name(one);
    const who = this.#speakers.person(one.p);
    const spoken = wasSpoken(this.#line.state, one.p);
    const note = [at === 0 && one.kind !== 'normal' ? word(`kind-${one.kind}`) : null, who?.title ?? who?.org, spoken ? word('has-spoken', { n: spoken }) : null, one.page && word('asked-page', one), one.note].filter(Boolean).join(', ');
    const mark = at === 0 ? el('span', { class: 'chip act' }, word('up-next'))
      : one.kind !== 'normal' ? el('span', { class: 'chip warn' }, word(`kind-${one.kind}`))
        : el('span', { class: 't1 num' }, one.at ? word('wait-min', { n: Math.max(0, Math.floor((now - one.at) / 60000)) }) : '');
    return el('li', { class: 'qr', 'data-rq': one.rq }, el('span', { class: 'ord num' }, String(at + 1)),
      el('div', { class: 'grow' }, el('span', { class: 't0 ell' }, name), el('span', { class: 't1 ell', title: note }, note)), mark,
      el('button', { class: 'b g q', type: 'button', 'data-key': `rq-${one.rq}`, 'aria-label': word('acts-of', { name }), on: { click: async () => (await acts())?.menu(this, one, name) } }, icon('dots')));
  }
}
