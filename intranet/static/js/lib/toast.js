/** Short messages over the foot of the page; the region is in every layout and is read out politely. */
const lasting = 7000;

function leave(item) {
  item.classList.add('leave');
  setTimeout(() => item.remove(), 250);
}

/** Let a toast go by itself, unless it tells of something wrong or the pointer rests on it. */
function live(item, ms = lasting) {
  if (item.classList.contains('bad')) return;
  const later = () => (item.matches(':hover, :focus-within') ? setTimeout(later, 1500) : leave(item));
  setTimeout(later, ms);
}

/**
 * Show a message.
 * @param {string} text
 * @param {{tone?: ''|'ok'|'warn'|'bad', href?: string, word?: string, ms?: number}} [how] href and word make a link
 */
export function toast(text, { tone = '', href, word, ms } = {}) {
  const shape = document.getElementById('toast-shape');
  const region = document.querySelector('[data-toasts]');
  if (!shape || !region || !text) return;
  const item = shape.content.firstElementChild.cloneNode(true);
  if (tone) item.classList.add(tone);
  item.querySelector('p').textContent = text;
  const link = item.querySelector('a');
  if (href && word && new URL(href, location.href).origin === location.origin) {
    link.href = href;
    link.textContent = word;
    link.hidden = false;
  } else link.remove();
  region.append(item);
  while (region.children.length > 3) region.firstElementChild.remove();
  live(item, ms);
}

export function startToasts() {
  document.querySelectorAll('[data-toast]').forEach((item) => live(item));
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-dismiss]');
    if (button) leave(button.closest('[data-toast]'));
  });
}
