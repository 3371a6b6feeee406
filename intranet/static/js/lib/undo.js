/** The undo bar: its line runs out with the seconds, then the bar goes; the server alone decides what still can be undone. */
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

export function startUndo(root = document) {
  root.querySelectorAll('[data-undo]:not([data-running])').forEach((bar) => {
    bar.dataset.running = '1';
    run(bar);
  });
}
