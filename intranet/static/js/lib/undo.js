/**
 * The undo bar: its line runs out with the seconds, then the bar goes; the server alone decides what still can be undone.
 * While another act of the page waits for its answer the bar cannot be pressed: the answer brings a bar of its own, and a
 * press between would leave the page without it.
 */
function run(bar) {
  const seconds = Number(bar.dataset.undo);
  const line = bar.querySelector('.o-undo-t rect');
  const ends = performance.now() + seconds * 1000;
  const timer = setInterval(() => {
    const left = Math.max(0, ends - performance.now());
    line?.setAttribute('width', String((left / (seconds * 1000)) * 100));
    if (left > 0 && bar.isConnected) return;
    clearInterval(timer);
    if (!bar.contains(document.activeElement)) bar.remove();
  }, 200);
}

const bars = () => document.querySelectorAll('[data-undo]');

/** Between the sending of a form and its answer; a download answers without a new page, so it lasts no longer than the bar. */
function hold(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== 'post' || form.closest('[data-undo]')) return;
  bars().forEach((bar) => (bar.inert = true));
}

const release = () => bars().forEach((bar) => (bar.inert = false));

export function startUndo(root = document) {
  root.querySelectorAll('[data-undo]:not([data-running])').forEach((bar) => {
    bar.dataset.running = '1';
    run(bar);
  });
}

export function watchUndo() {
  document.addEventListener('submit', hold);
  document.addEventListener('htmx:finally:request', release);
  addEventListener('pageshow', release);
}
