/** The size of the text in the room, for one person on one device: a step larger with each press, then back. */
const SIZES = ['100', '125', '150'];
const YEAR = 31536000;

/** The next size; kept in a cookie, so that the page is made with it and nothing moves when it is opened again. */
export function larger(user) {
  const { dataset } = document.documentElement;
  const next = SIZES[(SIZES.indexOf(dataset.text ?? '100') + 1) % SIZES.length];
  document.cookie = `text-${user}=${next}; path=/meetings; max-age=${YEAR}; samesite=lax${location.protocol === 'https:' ? '; secure' : ''}`;
  dataset.text = next;
  dispatchEvent(new Event('resize'));
  return next;
}
