/**
 * The ballot of whoever may vote: choose, send. It lies over the page, can be folded to a strip but not sent away while
 * the vote is open; Esc folds and never casts. A secret choice is kept nowhere but in the ticked field.
 */
import { toast } from '@lib/toast.js';
import { codeWords, keepCode, Outbox, receiptFor, receiptParts } from './ballot-box.js';
import { clock, el, find, icon, mmss, setText, ulid, word } from './page.js';
import { choiceWords, levels, resultParts, ruleWords, sayLeft, toneOf } from './vote-words.js';

const signs = { y: 'circle-check', n: 'circle-x', o: 'circle-minus' };
const there = new Set(['in', 'remote']);
const ended = new Set(['published', 'void']);
/** Tablets ask after what is theirs alone at different moments (ms). */
const SPREAD = 1500;
const tooLate = new Set(['too_late', 'vote.too_late', 'vote.not_open', 'bad_state']);
const pause = (ms) => new Promise((ok) => setTimeout(ok, ms));
/** An id that says nothing about when it was made. */
const blindId = () => ulid(Math.floor(Math.random() * 2 ** 47));

export class Ballot {
  #line; #root = find('#room'); #id = null; #st = null; #mine = new Map(); #folded = false; #gone; #built = ''; #counts; #of = null; #could = false; #outbox;

  /**
   * @param {Counts} counts how many have cast
   * @param {Set<number>} settled votes that were over when the page came: what came of them is no news
   */
  constructor(line, { counts, settled }) {
    this.#line = line;
    this.#counts = counts;
    this.#gone = new Set(settled);
    this.#outbox = new Outbox(line.state.mid, line.me.p);
    find('[data-vote-form]').addEventListener('change', () => this.#chose());
    find('[data-vote-form]').addEventListener('submit', (event) => { event.preventDefault(); this.#cast(); });
    find('[data-vote-fold]').addEventListener('click', () => this.fold());
    find('[data-vote-back]').addEventListener('click', () => this.fold());
    find('[data-vote-unfold]').addEventListener('click', () => this.unfold());
    find('[data-vote-change]').addEventListener('click', () => this.#change(null));
    find('[data-vote-keep]').addEventListener('click', () => { this.#keep(this.#own(this.vote)); this.draw(); find('#vq').focus({ preventScroll: true }); });
    this.#resume();
  }

  get #votes() { return this.#line.state.votes ?? []; }
  get vote() { return this.#votes.find((one) => one.id === this.#id); }
  get isShown() { return !find('#vc').hidden; }
  get #offline() { return !['on', 'http', undefined].includes(this.#line.how); }
  /** What became of a ballot: one's own, or one given in another's place (`of`). */
  #own(vote, of = this.#of) {
    const key = `${vote.id} ${of ?? ''}`;
    if (!this.#mine.has(key)) this.#mine.set(key, { st: 'choosing', choice: [] });
    const own = this.#mine.get(key);
    const told = this.#line.me.votes?.[vote.id];
    const isGiven = of === null ? told?.cast : told?.of?.[of];
    const said = of === null ? told?.choice : told?.said?.[of];
    if (own.was && own.st === 'choosing' && vote.st !== 'open') this.#keep(own);
    if (isGiven && !own.was && own.st !== 'recorded') Object.assign(own, { st: 'recorded', choice: said ?? own.choice });
    // Another device may have said something else: what the server tells next is what stands.
    if (own.asked && told && told !== own.asked.told) Object.assign(own, { asked: null, choice: said ?? own.choice });
    return own;
  }
  /** Those in whose place this person votes, and whose ballots are still to be given. */
  #owed(vote) { return vote.st !== 'open' ? [] : Object.keys(this.#line.me.votes?.[vote.id]?.of ?? {}).map(Number).filter((p) => this.#own(vote, p).st !== 'recorded'); }
  #name(p) { return this.#line.state.people.find((one) => one.p === p)?.n ?? ''; }
  #mayCast(vote) { return vote.mode !== 'hand' && (vote.voters?.includes(this.#line.me.p) ?? false); }

  /** The room moved: a vote may have been opened, closed, published. */
  update() {
    const open = this.#votes.find((one) => one.st === 'open');
    if (open && (open.id !== this.#id || (!this.#could && this.#mayCast(open)))) this.#opened(open);
    const told = open ? null : this.#votes.findLast((one) => ended.has(one.st) && one.id !== this.#id && !this.#gone.has(one.id));
    if (told && !this.#line.me.can.includes('run')) this.#show(told);
    const { vote } = this;
    if (!vote) this.#id = null;
    else if (vote.st !== this.#st) {
      const was = this.#st;
      this.#st = vote.st;
      const runs = this.#line.me.can.includes('run');
      if (was && vote.st !== 'open') { this.#folded = false; this.#learn(vote); }
      if (runs && vote.st !== 'open') this.#gone.add(vote.id);
      if (was && vote.st === 'closed' && !runs) find('[data-say]').textContent = `${word('vote-ended')}. ${word('vote-wait')}`;
    }
    this.draw();
  }

  /** Another vote comes to hand. */
  #show(vote) {
    if (this.vote && ended.has(this.vote.st)) this.#gone.add(this.#id);
    this.#id = vote.id;
    this.#st = vote.st === 'open' ? null : 'open';
    this.#of = null;
    this.#folded = false;
  }

  #opened(vote) {
    this.#show(vote);
    this.#gone.delete(vote.id);
    this.#could = this.#mayCast(vote);
    const { state } = this.#line;
    // Somebody votes who is not there: another may hold that ballot, and only the server says who.
    if (this.#could && state.att && vote.voters.some((p) => !there.has(state.people.find((one) => one.p === p)?.st))) setTimeout(() => this.#line.refresh(), Math.random() * SPREAD);
    // Who may not cast it is not disturbed: a strip tells that a vote is held.
    this.#folded = !this.#mayCast(vote);
    if (this.#line.me.can.includes('run') && this.#folded) this.#gone.add(vote.id);
    find('[data-alert]').textContent = word('vote-opened', { q: vote.q });
    if (!this.#folded) queueMicrotask(() => find('#vq').focus({ preventScroll: true }));
  }

  fold() {
    if (!this.isShown) return false;
    const open = this.vote?.st === 'open';
    if (open) this.#folded = true;
    else this.#gone.add(this.#id);
    this.draw();
    if (open) find('[data-vote-unfold]').focus();
    else find('#doc').focus({ preventScroll: true });
    return true;
  }

  /** What came of a vote that is over is read again. */
  see(id) {
    const vote = this.#votes.find((one) => one.id === id);
    this.#show(vote);
    this.#st = vote.st;
    this.#gone.delete(id);
    this.unfold();
  }

  unfold() {
    this.#folded = false;
    this.draw();
    find('#vq').focus({ preventScroll: true });
  }

  draw() {
    const { vote } = this;
    const isThere = Boolean(vote) && !this.#gone.has(vote.id);
    find('#vc').hidden = !isThere || this.#folded;
    find('[data-vote-unfold]').hidden = !isThere || !this.#folded;
    this.#root.classList.toggle('voting', isThere && !this.#folded);
    this.#root.classList.toggle('folded', isThere && this.#folded);
    if (!isThere) return;
    if (this.#of !== null && this.#own(vote).st === 'recorded') this.#of = null;
    const own = this.#own(vote);
    const isOpen = vote.st === 'open';
    const choosing = isOpen && this.#mayCast(vote) && own.st !== 'recorded';
    setText('[data-vote-mode]', word(isOpen || vote.st === 'closed' ? `mode-${vote.mode}` : 'vote-result'));
    setText('[data-vote-for]', choosing && this.#of !== null ? word('vote-for', { name: this.#name(this.#of) }) : '');
    find('[data-vote-for]').hidden = !choosing || this.#of === null;
    if (find('#vq').textContent !== vote.q) find('#vq').textContent = vote.q;
    setText('[data-vote-rule]', ruleWords(vote.rule, vote.method, this.#line.state.att, vote.elig));
    find('[data-vote-rule-row]').hidden = !isOpen || vote.method === 'confidence';
    find('[data-vote-form]').hidden = !choosing;
    find('[data-vote-done]').hidden = choosing;
    find('[data-vote-foot]').hidden = choosing;
    if (choosing) this.#options(vote, own);
    else this.#outcome(vote, own);
    const folded = vote.st !== 'open' ? 'fold-result' : own.st === 'recorded' || own.was ? 'fold-done' : 'fold-open';
    setText('[data-fold-q]', word(folded, { q: vote.q }));
    setText('[data-fold-word]', word(own.st === 'recorded' || !choosing ? 'see' : 'unfold'));
    this.tick(this.#line.now());
  }

  tick(now) {
    const { vote } = this;
    if (!vote || vote.st !== 'open') { setText('[data-vote-clock]', ''); setText('[data-vote-left]', ''); setText('[data-fold-clock]', ''); return; }
    sayLeft(vote, now);
    const left = vote.closes ? mmss(Math.ceil((vote.closes - now) / 1000)) : '';
    setText('[data-vote-left]', word(vote.closes ? 'vote-left' : 'vote-untimed'));
    setText('[data-vote-clock]', left);
    setText('[data-fold-clock]', left);
    find('[data-vote-clock]').classList.toggle('soft', Boolean(vote.closes) && vote.closes - now <= 30000);
  }

  // --- casting ---

  #options(vote, own) {
    const { was } = own;
    const built = `${vote.id} ${this.#of} ${JSON.stringify(vote.opts)}`;
    const host = find('[data-vote-opts]');
    const many = vote.method === 'many';
    if (this.#built !== built) {
      this.#built = built;
      host.setAttribute('role', many || vote.method === 'confidence' ? 'group' : 'radiogroup');
      host.replaceChildren(...(vote.method === 'confidence' ? vote.opts.map((one) => this.#levels(vote, one)) : vote.opts.map((one) => el('label', { class: `opt ${toneOf(one.id)}` },
        el('input', { type: many ? 'checkbox' : 'radio', name: 'choice', value: one.id, 'aria-label': word('vote-option', { option: one.t, q: vote.q }) }),
        vote.method === 'three' ? icon(signs[toneOf(one.id)]) : null, el('span', {}, one.t), el('span', { class: 'dot' })))));
    }
    const sending = own.st === 'sending';
    const inputs = [...host.querySelectorAll('input')];
    for (const input of inputs) {
      input.checked = own.choice.includes(input.value);
      // A field out of use would lose the focus: it stays, and is set back instead.
      input.setAttribute('aria-disabled', String(sending || (many && !input.checked && own.choice.length >= (vote.max || 1))));
    }
    const button = find('[data-vote-cast]');
    const blocked = vote.mode === 'secret' && this.#offline;
    const whole = vote.method === 'confidence' ? own.choice.length === vote.opts.length : own.choice.length > 0;
    const isSame = Boolean(was) && [...was].sort().join() === [...own.choice].sort().join();
    button.disabled = sending || !whole || blocked || isSame;
    find('[data-vote-keep]').hidden = !was || sending;
    button.textContent = sending ? word('vote-sending') : was ? word(isSame || !whole || vote.method === 'confidence' ? 'vote-change' : 'vote-change-to', { option: choiceWords(vote, own.choice) }) : vote.method === 'confidence' ? word('vote-send') : whole ? word('vote-send-of', { option: choiceWords(vote, own.choice) }) : word('vote-send');
    const hint = find('[data-vote-hint]');
    const text = blocked || own.failed ? word('vote-offline-secret') : sending && (own.unsent || this.#offline) ? word('vote-offline') : isSame ? word('vote-was', { option: choiceWords(vote, was) }) : whole ? word(was ? 'vote-change-confirm' : vote.may_change ? 'vote-confirm-open' : 'vote-confirm') : word(many ? 'vote-choose-many' : vote.method === 'confidence' ? 'vote-choose-all' : 'vote-choose', { n: vote.max });
    if (hint.textContent !== text) hint.textContent = text;
    hint.classList.toggle('m-off', blocked || Boolean(own.failed) || (sending && (own.unsent || this.#offline)));
  }

  /** One person in a vote of confidence: three levels, one to be chosen. */
  #levels(vote, one) {
    return el('fieldset', { class: 'm-level' }, el('legend', {}, one.t), el('div', { class: 'seg' }, ...levels.map((level) => el('label', {},
      el('input', { type: 'radio', name: `choice-${one.id}`, value: `${one.id}:${level}`, 'aria-label': `${word(`level-${level}`)}: ${one.t}` }), word(`level-${level}`)))));
  }

  #chose() {
    const { vote } = this;
    const own = this.#own(vote);
    if (own.st === 'choosing') {
      const ticked = [...find('[data-vote-opts]').querySelectorAll('input:checked')].map((one) => one.value);
      if (vote.method !== 'many' || ticked.length <= (vote.max || 1)) own.choice = ticked;
      own.failed = false;
    }
    this.draw();
  }

  async #cast() {
    const { vote } = this;
    const own = vote && this.#own(vote);
    if (!vote || vote.st !== 'open' || own.st !== 'choosing' || !own.choice.length) return;
    const isSecret = vote.mode === 'secret';
    if (isSecret && this.#offline) { this.draw(); return; }
    await this.#send(vote, own, blindId(), this.#of);
    if (own.st === 'recorded' && vote.id === this.#id && this.isShown) (find('[data-vote-owed] button') ?? find('[data-vote-back]')).focus({ preventScroll: true });
  }

  /** Brings the choices back; until another one is sent the ballot says what it said. */
  #change(of) {
    const own = this.#own(this.vote, of);
    if (own.st !== 'recorded' || !this.#mayChange(this.vote, own)) return;
    Object.assign(own, { st: 'choosing', was: own.choice });
    this.#of = of;
    this.draw();
    find('#vq').focus({ preventScroll: true });
  }

  #mayChange(vote, own) { return vote.st === 'open' && vote.mode === 'roll' && Boolean(vote.may_change) && own.st === 'recorded' && own.choice.length > 0; }
  #keep(own) { Object.assign(own, { st: 'recorded', choice: own.was, was: null, unsent: false }); }

  /** The server may know more than this device: asks what stands. */
  #askAgain(vote, own) {
    own.asked = { told: this.#line.me.votes?.[vote.id] };
    this.#line.refresh();
  }

  /** Ballots by name that were on their way when the page was left. */
  async #resume() {
    for (const { id, cid, choice, of, was } of await this.#outbox.restore()) {
      const vote = this.#votes.find((one) => one.id === id);
      if (!vote) { this.#outbox.remove(cid); continue; }
      const own = this.#own(vote, of ?? null);
      Object.assign(own, { st: 'sending', choice, was: was ?? null });
      if (vote.st !== 'open') { this.#show(vote); this.#gone.delete(id); }
      queueMicrotask(() => this.#send(vote, own, cid, of ?? null));
    }
  }

  async #send(vote, own, cid, of) {
    const isSecret = vote.mode === 'secret';
    own.st = 'sending';
    own.failed = false;
    const d = { id: vote.id, choice: own.choice };
    if (of !== null) d.of = of;
    if (own.was) d.was = own.was;
    if (isSecret) own.receipt ??= await receiptFor(vote.id);
    else await this.#outbox.add({ cid, ...d });
    // It is said to be on its way when it is kept: from now on it survives whatever becomes of the page.
    this.draw();
    if (own.receipt) d.receipt = own.receipt;
    for (;;) {
      const answer = await this.#line.send('vote.cast', d, cid);
      if (answer.ok) {
        Object.assign(own, { st: 'recorded', at: this.#line.now(), unsent: false, before: answer.changed ? own.was : own.before, was: null, receipt: answer.receipt ?? own.receipt, unsure: Boolean(answer.already) });
        if (!isSecret && answer.already) this.#askAgain(vote, own);
        if (isSecret && own.receipt) keepCode(vote.id, this.#line.me.p, { code: own.receipt, unsure: own.unsure });
        break;
      }
      const isOpen = this.#votes.find((one) => one.id === vote.id)?.st === 'open';
      if (own.was && (answer.err !== 'unreached' || !isOpen)) {
        toast(isOpen && !tooLate.has(answer.err) ? answer.msg : word('vote-change-late'), { tone: 'warn' });
        this.#keep(own);
        if (isOpen) this.#askAgain(vote, own);
        break;
      }
      if (answer.err !== 'unreached') {
        if (!tooLate.has(answer.err)) toast(answer.msg, { tone: 'warn' });
        Object.assign(own, { st: tooLate.has(answer.err) ? 'lost' : 'choosing', unsent: false });
        break;
      }
      if (isSecret) {
        Object.assign(own, { st: 'choosing', failed: isOpen, unsent: false, sent: true });
        if (!isOpen) this.#learn(vote);
        break;
      }
      own.unsent = true;
      this.draw();
      await pause(1000);
    }
    if (own.st === 'lost' && (this.#id !== vote.id || !this.isShown)) toast(word('vote-lost-of', { q: vote.q }), { tone: 'warn' });
    if (!isSecret) this.#outbox.remove(cid);
    if (isSecret) { own.choice = []; for (const input of find('[data-vote-opts]').querySelectorAll('input')) input.checked = false; }
    this.draw();
  }

  /**
   * Asks whether a ballot came in of which this tablet does not know: the answer to it was lost, or another device gave it. The
   * vote is over, so nothing is cast by asking.
   */
  async #learn(vote) {
    if (!this.#mayCast(vote)) return;
    const unknown = [null, ...Object.keys(this.#line.me.votes?.[vote.id]?.of ?? {}).map(Number)].map((of) => [of, this.#own(vote, of)]).filter(([of, own]) => own.st === 'choosing' && (own.sent || of === null));
    for (const [, own] of unknown) own.st = 'asked';
    await pause(Math.random() * SPREAD);
    for (const [of, own] of unknown) {
      const d = { id: vote.id, choice: [], ...(of !== null && { of }) };
      let answer = await this.#line.send('vote.cast', d, blindId());
      while (answer.err === 'unreached') { await pause(1000); answer = await this.#line.send('vote.cast', d, blindId()); }
      Object.assign(own, { st: answer.ok ? 'recorded' : own.sent ? 'lost' : 'choosing', failed: false, isLearnt: true });
      if (answer.ok && own.receipt) keepCode(vote.id, this.#line.me.p, { code: own.receipt, unsure: true });
    }
    this.draw();
  }

  // --- what became of it ---

  #outcome(vote, own) {
    const parts = vote.st === 'open' ? this.#recorded(vote, own) : vote.st === 'closed' ? this.#ended(vote, own) : [...resultParts(vote, this.#line.state.att, this.#line.state.people), ...receiptParts(vote, this.#line.me.p)];
    const key = `${vote.id} ${vote.st} ${own.st} ${own.at ?? ''} ${own.choice.join()}`;
    const host = find('[data-vote-done]');
    // Only a new outcome is announced; the running count changes in silence.
    if (host.dataset.key !== key) {
      host.dataset.key = key;
      host.replaceChildren(...parts);
      const head = host.firstElementChild;
      find('[data-say]').textContent = vote.st === 'published' || vote.st === 'void' ? `${head?.textContent}. ${vote.result?.reason ?? vote.reason ?? ''}` : head?.querySelector('b')?.textContent ?? '';
    } else {
      const fresh = parts.at(-1);
      if (host.lastElementChild?.className === 'kv' && fresh.textContent !== host.lastElementChild.textContent) host.lastElementChild.replaceWith(fresh);
    }
    const isLost = ended.has(vote.st) && own.st === 'lost';
    const mine = isLost ? word('vote-lost') : vote.st === 'published' && own.isLearnt && own.st === 'recorded' ? word('vote-counted') : vote.mode !== 'secret' && vote.st !== 'open' && own.st === 'recorded' && own.choice.length ? word('vote-mine', { option: choiceWords(vote, own.choice) }) : '';
    setText('[data-vote-mine]', mine);
    find('[data-vote-mine]').hidden = !mine;
    find('[data-vote-mine]').classList.toggle('m-off', isLost);
    find('[data-vote-back]').classList.toggle('p', vote.st !== 'open');
    find('[data-vote-change]').hidden = !this.#mayChange(vote, own);
    this.#proxies(vote);
  }

  /** Ballots in others' places: those still to be given, and those that may be changed. */
  #proxies(vote) {
    const host = find('[data-vote-owed]');
    const owed = this.#owed(vote);
    const given = Object.keys(this.#line.me.votes?.[vote.id]?.of ?? {}).map(Number).filter((p) => this.#mayChange(vote, this.#own(vote, p)));
    const key = `${vote.id} ${owed.join()} ${given.map((p) => `${p}:${this.#own(vote, p).choice}`).join()}`;
    if (host.dataset.key === key) return;
    host.dataset.key = key;
    host.hidden = !owed.length && !given.length;
    const give = (p) => { this.#of = p; this.draw(); find('#vq').focus({ preventScroll: true }); };
    host.replaceChildren(...owed.map((p) => el('button', { class: 'b p cast', type: 'button', on: { click: () => give(p) } }, icon('user'), word('vote-for', { name: this.#name(p) }))),
      ...given.map((p) => el('button', { class: 'b cast', type: 'button', on: { click: () => this.#change(p) } }, icon('user'), word('vote-change-for', { name: this.#name(p), option: choiceWords(vote, this.#own(vote, p).choice) }))));
  }

  #head(name, text, note) { return el('div', { class: 'done0' }, icon(name), el('b', {}, text), el('p', { class: 'mut' }, note)); }

  #recorded(vote, own) {
    if (vote.mode === 'hand') return [this.#head('hand-stop', word('mode-hand'), word('vote-hands'))];
    if (own.st !== 'recorded') return [this.#head('info-circle', word(`mode-${vote.mode}`), word('vote-watch'))];
    const rows = [];
    if (vote.mode !== 'secret' && own.choice.length) rows.push([word('vote-choice'), choiceWords(vote, own.choice)]);
    if (own.before) rows.push([word('vote-before'), choiceWords(vote, own.before)]);
    if (own.receipt && !own.unsure) rows.push([word('receipt'), codeWords(own.receipt)]);
    const n = this.#counts.of(vote);
    if (n !== null) rows.push([word('vote-count'), word('vote-of', { n, of: vote.elig })]);
    rows.push([word('vote-outcome'), word('vote-when')]);
    return [this.#head('circle-check', word(own.before ? 'vote-changed' : 'vote-recorded'), own.at ? word('vote-confirmed', { at: clock(own.at) }) : ''), el('dl', { class: 'kv' }, ...rows.map(([dt, dd]) => el('div', {}, el('dt', {}, dt), el('dd', { class: 'num' }, dd))))];
  }

  #ended(vote, own) {
    const missed = this.#mayCast(vote) && !['recorded', 'asked'].includes(own.st);
    const known = { choosing: 'vote-not-sent', lost: 'vote-lost', asked: 'vote-asked' }[own.st] ?? (own.isLearnt ? 'vote-counted' : null);
    const said = this.#mayCast(vote) && known ? `${word(known)} ` : '';
    return [this.#head(missed ? 'circle-minus' : 'hourglass', word('vote-ended'), `${said}${word('vote-wait')}`)];
  }
}

