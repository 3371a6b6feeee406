/** The size of the text in the room, for one person on one device: a step larger with each press, then back. */
const SIZES = ['100', '125', '150'];
const YEAR = 31536000;

/** The next size; kept in a cookie, so that the page is made with it and nothing moves when it is opened again. */
export function larger(user) {
  const { dataset } = document.documentElement;
  const next = SIZES[(SIZES.indexOf(dataset.text ?? '100') + 1) % SIZES.length];
  document.cookie = `text-${user}=${next}; path=/meetings; max-age=${YEAR}; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
  set(next);
  dispatchEvent(new Event('resize'));
  return next;
}

/** Of a page that the device kept: it was made before. */
export function restore(user) {
  const held = new RegExp(`(?:^|; )text-${user}=(\\d+)`).exec(document.cookie)?.[1];
  if (SIZES.includes(held)) set(held);
}

function set(size) { document.documentElement.dataset.text = size; }
