/** What a vote's rule means in plain words, and how its result is drawn. Numbers of ballots are thousandths on the line. */
import { el, find, icon, word } from './page.js';

const SVG = 'http://www.w3.org/2000/svg';
/** More members than this are shown as one bar instead of a cell each. */
const MOST_CELLS = 60;
const tones = { yes: 'y', no: 'n' };
/** Seconds before the end at which the time left is said aloud, and what was said last. */
const SPOKEN = [60, 30];
let heard = '';

/** Says how long a vote still runs, once each; whoever comes when it is past hears nothing of it. */
export function sayLeft(vote, now) {
  const left = vote?.st === 'open' && vote.closes ? (vote.closes - now) / 1000 : Infinity;
  const at = SPOKEN.findLast((one) => left <= one);
  const key = `${vote?.id} ${vote?.closes} ${at}`;
  if (at === undefined || key === heard) return;
  heard = key;
  if (left > at - 5) find('[data-say]').textContent = word(`vote-left-${at}`);
}

export const whole = (thousandths) => Math.round((thousandths ?? 0) / 10) / 100;
export const toneOf = (id) => tones[id] ?? 'o';

/** Yes votes that are enough; null when that depends on how many vote. `att` is who is present now. */
export function enough(rule, att, elig) {
  const of = rule.base === 'members' ? att?.of : rule.base === 'present' ? elig ?? att?.in : null;
  if (!of) return null;
  const need = (of * rule.num) / rule.den;
  return { need: rule.strict ? Math.floor(need) + 1 : Math.ceil(need), of };
}

export function shareWords({ num, den, strict }) {
  return word(`share-${num}-${den}-${strict ? 'more' : 'least'}`) || word(strict ? 'share-more' : 'share-least', { num, den });
}

/** "Thông qua khi quá nửa tổng số thành viên tán thành: từ 11 trên 21". */
export function ruleWords(rule, method, att, elig) {
  if (!rule || method === 'confidence') return '';
  if (!rule.num) return word('rule-most');
  const share = shareWords(rule);
  const said = word(method === 'three' ? 'rule-yes' : 'rule-choice', { share, base: word(`base-${rule.base}`) });
  const number = enough(rule, att, elig);
  return number ? word('rule-need', { rule: said, ...number }) : said;
}

export const quorumWords = (att) => (att ? word(att.ok ? 'vp-quorum' : 'vp-no-quorum', { in: att.in, of: att.of, need: att.need }) : '');
export const optionWord = (vote, id) => vote.opts.find((one) => one.id === id)?.t ?? '';
export const levels = ['high', 'mid', 'low'];
export function choiceWords(vote, choice) {
  if (vote.method !== 'confidence') return (choice ?? []).map((id) => optionWord(vote, id)).join(', ');
  return (choice ?? []).map((one) => `${optionWord(vote, one.split(':')[0])}: ${word(`level-${one.split(':')[1]}`)}`).join('; ');
}

function shape(tag, values, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(values)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

const marks = { y: 'M8 16.5l3.6 3.6 7-8', n: 'M8.5 11.5l9 9M17.5 11.5l-9 9' };

/** One cell a member, the mark at the number needed; one stacked bar when there are many. */
function cells(groups, need, name) {
  const total = groups.reduce((sum, [, n]) => sum + n, 0);
  if (!total) return null;
  const many = total > MOST_CELLS;
  const pitch = many ? 708 / total : 34;
  const width = Math.max(34, total * pitch) - (many ? 0 : 6);
  const drawing = shape('svg', { class: 'cells', viewBox: `0 -5 ${Math.max(width, 330)} 62`, role: 'img', 'aria-label': name });
  let at = 0;
  for (const [tone, n] of groups) {
    if (many) drawing.append(shape('rect', { class: tone, x: at * pitch, y: 1, width: Math.max(0, n * pitch - 1), height: 30 }));
    else for (let i = 0; i < n; i++) {
      const x = (at + i) * pitch;
      drawing.append(shape('rect', { class: tone, x: x + 1, y: 1, width: 26, height: 30, rx: 4 }));
      if (marks[tone]) drawing.append(shape('path', { class: 'x', d: marks[tone], transform: `translate(${x + 1} 0)` }));
    }
    at += n;
  }
  if (need) {
    const x = need * pitch - (many ? 0 : 3);
    drawing.append(shape('line', { class: 'th', x1: x, x2: x, y1: -5, y2: 37 }), shape('text', { x, y: 51, 'text-anchor': 'middle' }, word('need-mark', { n: need })));
  }
  return drawing;
}

function swatch(tone) {
  const drawing = shape('svg', { class: 'cells sw0', viewBox: '0 0 20 20', 'aria-hidden': 'true' });
  const solid = tone === 'y' || tone === 'n';
  drawing.append(shape('rect', solid ? { class: tone, width: 20, height: 20, rx: 4 } : { class: tone, x: 1, y: 1, width: 18, height: 18, rx: 3.5 }));
  if (tone === 'y') drawing.append(shape('path', { class: 'x', d: 'M5.5 10.3l3 3 6-6.4' }));
  if (tone === 'n') drawing.append(shape('path', { class: 'x', d: 'M6.5 6.5l7 7M13.5 6.5l-7 7' }));
  return drawing;
}

/** The verdict: word, one-line reason, cells, counts. `people` gives names for those votes that publish them. */
export function resultParts(vote, att, people = []) {
  const { result } = vote;
  if (vote.st === 'void') return [verdict('no', 'circle-x', word('voided')), el('p', { class: 'why' }, result?.reason ?? vote.reason ?? '')];
  if (!result) return [];
  const tone = result.adopted === null ? '' : result.adopted ? 'y' : 'no';
  const parts = [result.adopted === null ? verdict('plain', 'checkbox', word('counted')) : verdict(tone, result.adopted ? 'circle-check' : 'circle-x', word(result.adopted ? 'adopted' : 'rejected'))];
  // What the reason says of each person stands in a line of its own.
  if (vote.method === 'confidence') {
    const levelsOf = (one) => levels.map((level) => `${word(`level-${level}`)} ${String(whole(result.counts?.[`${one.id}:${level}`])).replace('.', ',')}`).join(', ');
    return [...parts, el('dl', { class: 'kv' }, ...vote.opts.map((one) => el('div', {}, el('dt', {}, one.t), el('dd', { class: 'num' }, levelsOf(one)))))];
  }
  parts.push(el('p', { class: 'why' }, [result.reason, result.shares].filter(Boolean).join('. ')));
  const rows = vote.opts.map((one) => [toneOf(one.id), whole(result.counts?.[one.id]), one.t]);
  const given = rows.reduce((sum, [, n]) => sum + n, 0);
  const isThree = vote.method === 'three';
  if (isThree) {
    const silent = Math.max(0, vote.elig - (vote.cast ?? given));
    const absent = Math.max(0, (vote.rule.base === 'members' ? whole(result.base) : vote.elig) - vote.elig);
    if (silent) rows.push(['e', silent, word('not-cast')]);
    if (absent) rows.push(['e', absent, word('not-here')]);
    const need = result.need ? whole(result.need) : null;
    const said = rows.map(([, n, t]) => `${t} ${n}`).join(', ');
    if (rows.every(([, n]) => Number.isInteger(n))) parts.push(cells(rows.map(([t, n]) => [t, n]), need, word('cells', { counts: said, n: need ?? '–' })));
  }
  parts.push(el('dl', { class: 'sum' }, ...rows.map(([t, n, text]) => el('div', { class: t === 'y' || t === 'n' ? t : null }, el('dt', {}, swatch(t), text), el('dd', { class: 'num' }, String(n).replace('.', ','))))));
  if (result.names) parts.push(names(vote, people));
  return parts.filter(Boolean);
}

function verdict(tone, name, text) {
  return el('div', { class: `verdict${tone === 'no' ? ' no' : tone === 'plain' ? ' plain' : ''}` }, icon(name), el('b', {}, text));
}

function names(vote, people) {
  const of = new Map(people.map((one) => [one.p, one.n]));
  const rows = vote.opts.filter((one) => vote.result.names[one.id]?.length)
    .map((one) => el('div', {}, el('dt', {}, one.t), el('dd', {}, vote.result.names[one.id].map((p) => of.get(p) ?? p).join(', '))));
  return el('details', { class: 'm-names' }, el('summary', {}, word('names')), el('dl', { class: 'kv' }, ...rows));
}
