/**
 * What a pen writes before the pens are there: a pen that tells nothing of itself until it touches the glass, in the first
 * moments of a page. It is held, and done again over the same page once they are.
 * @param {HTMLElement} doc where pages lie
 * @param {Promise<unknown>} ready the pens are there
 */
export function holdFirstStroke(doc, ready) {
  const held = [];
  let pen = null;
  const ends = new AbortController();
  const how = { capture: true, passive: false, signal: ends.signal };
  const hold = (event) => {
    if (event.type === 'pointerdown') {
      const page = event.target.closest('.page');
      if (pen !== null || event.pointerType !== 'pen' || !page) return;
      pen = event.pointerId;
      page.setPointerCapture(pen);
    }
    if (event.pointerId !== pen) return;
    event.preventDefault();
    const all = event.type === 'pointermove' ? event.getCoalescedEvents() : [];
    for (const one of all.length ? all : [event]) held.push([event.target.closest('.page'), one]);
    if (event.type === 'pointerup' || event.type === 'pointercancel') pen = null;
  };
  for (const name of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel']) doc.addEventListener(name, hold, how);
  // Else the browser takes the pen's way for a scroll.
  doc.addEventListener('touchstart', (event) => { if (pen !== null) event.preventDefault(); }, how);
  ready.then(() => {
    ends.abort();
    for (const [page, one] of held) page?.dispatchEvent(new PointerEvent(one.type, one));
  });
}
