/** The votes' panel of whoever runs the room: what is prepared, opening, the running count, closing, publishing, other questions. */
import { toast } from '@lib/toast.js';
import { later } from './later.js';
import { el, find, icon, mmss, word } from './page.js';
import { quorumWords, resultParts, ruleWords, sayLeft } from './vote-words.js';

/** Fewer voters than this in a secret vote: the chair is warned. */
const FEW = 5;

export class VotePanel {
  #desk; #line; #press; #counts; #drawn = ''; #form;

  /** @param {VoteDesk} desk what is at hand @param {Counts} counts how many have cast */
  constructor(desk, line, press, counts) {
    this.#desk = desk;
    this.#line = line;
    this.#press = press;
    this.#counts = counts;
    this.#form = later(async () => new (await import('./vote-form.js')).VoteForm(line, press, (id) => { desk.chosen = id; desk.draw(); this.draw(); }));
    find('[data-vote-opening]').closest('dialog').addEventListener('close', (event) => {
      if (event.target.returnValue === 'open') this.#open(Number(event.target.dataset.id));
      event.target.returnValue = '';
    });
  }

  /** Opens the sheet on which a vote is written; it is fetched when it is first wanted. */
  async write(vote) {
    (await this.#form())?.open(vote);
  }

  /** Rule and quorum are read before a vote is opened. */
  ask(vote) {
    const { att } = this.#line.state;
    const dialog = find('#vote-open');
    dialog.dataset.id = String(vote.id);
    find('[data-opening-q]').textContent = vote.q;
    find('[data-opening-rule]').textContent = this.#terms(vote);
    const quorum = find('[data-opening-quorum]');
    quorum.textContent = quorumWords(att);
    quorum.classList.toggle('m-short', att?.ok === false);
    find('[data-opening-order]').hidden = this.#line.me.can.includes('chair');
    find('[data-opening-few]').hidden = !(vote.mode === 'secret' && att && att.in < FEW);
    dialog.showModal();
    dialog.querySelector('[value=open]').focus();
  }

  async #open(id) {
    const answer = await this.#press('vote.open', { id });
    if (answer?.ok && answer.warn) toast(answer.msg, { tone: 'warn' });
  }

  #terms(vote) {
    const rule = vote.method === 'confidence' ? '' : ruleWords(vote.rule, vote.method, this.#line.state.att, vote.st === 'prepared' ? undefined : vote.elig);
    return rule ? word('vp-terms', { mode: word(`mode-${vote.mode}`), rule: rule[0].toLocaleLowerCase('vi') + rule.slice(1) }) : word(`mode-${vote.mode}`);
  }

  draw() {
    const { state } = this.#line;
    const { vote, votes, live, isOver } = this.#desk;
    const counted = vote && this.#counts.of(vote);
    const drawn = JSON.stringify([vote, counted, state.att, live, isOver, vote && this.#counts.missing(vote), state.cur?.item, vote?.st === 'open' && this.#latecomers(vote), votes.map((one) => [one.id, one.q, one.st])]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const host = find('[data-vp]');
    const typed = [...host.querySelectorAll('input')].map((one) => [one.name, one.value]);
    const inside = host.contains(document.activeElement);
    const focused = inside ? document.activeElement.name || document.activeElement.dataset.key : null;
    const others = this.#others(vote);
    host.replaceChildren(...(vote ? this.#parts(vote, counted) : others.length ? [] : [el('p', { class: 'm-empty' }, word('vp-none'))]), ...others);
    for (const [name, value] of typed) if (name && host.querySelector(`input[name="${name}"]`)) host.querySelector(`input[name="${name}"]`).value = value;
    if (inside) (host.querySelector(`[data-key="${focused}"], input[name="${focused}"]`) ?? host.querySelector('.b.p') ?? find('#s-vote')).focus();
    this.tick(this.#line.now());
  }

  #parts(vote, counted) {
    const { live, isOver } = this.#desk;
    const { state, me } = this.#line;
    const at = state.items.findIndex((one) => one.id === vote.item);
    const parts = [el('p', { class: 'qv' }, vote.q), vote.item === state.cur?.item ? null : this.#note('info-circle', word('pl-item', { no: at + 1, title: state.items[at]?.t ?? '' }))];
    const button = (key, text, run, kind = '') => el('button', { class: `b ${kind}`, type: 'button', 'data-key': key, disabled: key === 'edit' ? isOver : !live, on: { click: run } }, text);
    const cancel = me.can.includes('chair') ? button('void', word('vp-void'), async () => (await import('./seldom.js')).voidVote(vote, this.#press)) : null;
    if (vote.st === 'prepared') {
      parts.push(this.#note('info-circle', this.#terms(vote)), this.#note(state.att?.ok ? 'check' : 'alert-triangle', quorumWords(state.att), state.att?.ok === false),
        vote.proxies?.length ? this.#note('user', vote.proxies.map(({ p, by }) => word('proxy-line', { by: this.#name(by), name: this.#name(p) })).join('; ')) : null,
        el('div', { class: 'row' }, button('open', word('vp-open'), () => this.ask(vote), 'p grow'), button('edit', word('vp-edit'), () => this.write(vote))));
    } else if (vote.st === 'open') {
      if (vote.mode === 'hand') parts.push(this.#hands(vote));
      else parts.push(this.#running(vote, counted));
      const missing = this.#counts.missing(vote);
      if (missing.length) parts.push(el('p', { class: 't1' }, word('vp-missing', { names: missing.slice(0, 6).map((p) => this.#name(p)).join(', ') + (missing.length > 6 ? ` (+${missing.length - 6})` : '') })));
      parts.push(...this.#latecomers(vote).map((one) => el('div', { class: 'ln m-other' }, el('span', { class: 't1' }, word('vp-late', { name: one.n })),
        el('button', { class: 'b', type: 'button', 'data-key': `admit-${one.p}`, 'aria-label': word('vp-admit-of', { name: one.n }), on: { click: () => this.#press('vote.admit', { id: vote.id, p: one.p }) } }, word('vp-admit')))));
      parts.push(el('div', { class: 'row' }, button('close', word('vp-close'), () => this.#press('vote.close', { id: vote.id }), vote.mode === 'hand' ? 'grow' : 'p grow'), cancel));
    } else {
      parts.push(...resultParts(vote, state.att, state.people));
      if (vote.st === 'closed') parts.push(el('div', { class: 'row' }, button('publish', word('vp-publish'), () => this.#press('vote.publish', { id: vote.id }), 'p grow'), cancel));
    }
    return parts.filter(Boolean);
  }

  /** Members who came after the vote had opened; the chair alone lets them vote. */
  #latecomers(vote) {
    const { state, me } = this.#line;
    if (!state.att || vote.mode === 'hand' || !me.can.includes('chair')) return [];
    const votes = ['chair', 'delegate', state.body?.subs_vote && 'substitute'];
    return state.people.filter((one) => votes.includes(one.role) && ['in', 'remote'].includes(one.st) && !vote.voters.includes(one.p));
  }

  #note(name, text, short = false) { return text ? el('p', { class: `rule${short ? ' m-short' : ''}` }, icon(name), el('span', {}, text)) : null; }
  #name(p) { return this.#line.state.people.find((one) => one.p === p)?.n ?? ''; }

  #running(vote, counted) {
    return el('div', { class: 'm-run' }, el('p', {}, el('b', { class: 'num' }, counted === null ? '–' : String(counted)), el('span', { class: 'num' }, ` / ${vote.elig} `), el('span', { class: 'mut' }, word(counted === null ? 'vp-few' : 'vp-sent'))),
      el('p', { class: 'clk num', role: 'timer', 'data-vp-clock': '' }), el('progress', { class: 'm-prog', max: vote.elig || 1, value: counted ?? 0, 'aria-label': word('vote-count') }));
  }

  #hands(vote) {
    const mine = vote.hands?.includes(this.#line.me.p);
    const send = (event) => {
      event.preventDefault();
      const counts = vote.opts.map((one) => ({ opt: one.id, n: Number(event.target.elements[`h-${one.id}`].value) || 0 }));
      this.#press('vote.count', { id: vote.id, counts });
    };
    return el('form', { class: 'm-hands', on: { submit: send } }, ...vote.opts.map((one) => el('label', {}, el('span', {}, one.t), el('input', { class: 'in num', name: `h-${one.id}`, inputmode: 'numeric', maxlength: 4, value: '0', autocomplete: 'off' }))),
      el('p', { class: 't1' }, vote.hands?.length ? word('vp-counted', { names: vote.hands.map((p) => this.#name(p)).join(', ') }) : word('vp-count-twice')), el('button', { class: 'b p', 'data-key': 'count' }, word(mine ? 'vp-recount' : 'vp-count')));
  }

  /** Other questions of the meeting: choosing one brings it to hand. */
  #others(vote) {
    const rest = this.#desk.votes.filter((one) => one.id !== vote?.id && ['prepared', 'published'].includes(one.st)).slice(-6);
    if (!rest.length || ['open', 'closed'].includes(vote?.st)) return [];
    return [vote ? el('h3', { class: 't1' }, word('vp-others')) : '', ...rest.map((one) => el('div', { class: 'ln m-other' }, el('div', { class: 'grow' }, el('span', { class: 't0 ell', title: one.q }, one.q), el('span', { class: 't1' }, word(`vst-${one.st}`))),
      el('button', { class: 'b', type: 'button', 'data-key': `pick-${one.id}`, 'aria-label': `${word('see')}: ${one.q}`, on: { click: () => { this.#desk.chosen = one.id; this.#desk.draw(); this.draw(); find('#s-vote').focus(); } } }, word('see'))))];
  }

  tick(now) {
    const { vote } = this.#desk;
    sayLeft(vote, now);
    const face = find('[data-vp-clock]');
    if (!face) return;
    const text = vote?.closes ? mmss(Math.ceil((vote.closes - now) / 1000)) : vote?.opened ? mmss((now - vote.opened) / 1000) : '';
    if (face.textContent !== text) face.textContent = text;
  }
}
