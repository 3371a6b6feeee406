/** What is done with one who waits to speak, and a call that is taken back; fetched with the first of them. */
import { granting } from './granting.js';
import { word } from './page.js';
import { choose } from './press.js';

const waiting = (desk) => desk.state.queue.wait.map((one) => one.rq);

export function menu(desk, one, name) {
  const seen = waiting(desk);
  const at = seen.indexOf(one.rq);
  choose(name, [
    { text: word('call-now'), icon: 'microphone', name: 'call', run: () => desk.call(one.rq) },
    ...granting(desk.state, one.p, desk.now(), (t, d) => desk.ask(t, d)),
    ...(one.page ? [{ text: word('open-page', one), icon: 'file-text', name: 'page', run: () => desk.open(one) }] : []),
    { text: word('queue-up'), icon: 'chevron-up', name: 'up', off: at < 1, run: () => move(desk, one.rq, -1) },
    { text: word('queue-down'), icon: 'chevron-down', name: 'down', off: at < 0 || at === seen.length - 1, run: () => move(desk, one.rq, 1) },
    { text: word('skip'), icon: 'x', name: 'skip', bad: true, run: () => desk.ask('queue.skip', { rq: one.rq }) },
  ], [word(`kind-${one.kind}`), one.note].filter(Boolean).join(': '));
}

function move(desk, rq, step) {
  const seen = waiting(desk);
  const at = seen.indexOf(rq);
  const order = [...seen];
  if (at < 0 || at + step < 0 || at + step >= order.length) return null;
  order.splice(at + step, 0, ...order.splice(at, 1));
  return desk.ask('queue.order', { order, expect: seen });
}

/** Whoever was called by mistake waits again where they waited; who spoke before speaks on. */
export async function takeBack(desk, called, place, before, left) {
  if (!(await desk.ask('speech.end', { rq: called.rq }))?.ok) return;
  const answer = await desk.ask('queue.ask', { p: called.p, kind: called.kind, note: called.note ?? '', ...(called.page && { file: called.file, page: called.page }) });
  if (answer?.ok) {
    const seen = waiting(desk);
    const others = seen.filter((rq) => rq !== answer.id);
    // The answer may be here before the line that puts the request at the end.
    const expect = seen.length > others.length ? seen : [...others, answer.id];
    const order = [...others.slice(0, place), answer.id, ...others.slice(place)];
    if (place !== expect.indexOf(answer.id)) await desk.ask('queue.order', { order, expect });
  }
  await giveBack(desk, before, left);
}

export async function giveBack(desk, speech, left) {
  if (!speech) return;
  const answer = await desk.ask('queue.ask', { p: speech.p, kind: speech.kind });
  if (answer?.ok) await desk.ask('speech.start', { rq: answer.id, expect: null, limit_s: left });
}
