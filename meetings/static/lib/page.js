/** Small means of the room's page: its words, icons, elements, times. Words are written in templates/meetings/room.html. */
const words = document.getElementById('room-words');
const icons = document.getElementById('room-icons');
const zone = new Intl.DateTimeFormat('vi-VN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Ho_Chi_Minh' });

export const find = (selector) => document.querySelector(selector);
export const all = (selector) => [...document.querySelectorAll(selector)];

export function word(name, data = {}) {
  const found = words?.content.querySelector(`[data-word="${name}"]`)?.textContent ?? '';
  return found.replace(/\{(\w+)\}/g, (whole, key) => data[key] ?? whole);
}

export function icon(name) {
  const shape = icons?.content.querySelector(`use[href$="#${name}"]`)?.closest('svg');
  return shape ? shape.cloneNode(true) : document.createElement('span');
}

/** An element: el('b', {class: 'x', on: {click}}, 'text', child). Attributes null and false are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') for (const [event, run] of Object.entries(value)) made.addEventListener(event, run);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Fills a bar of time: seconds spent of a budget; what is over is amber and the scale is then the time spent. */
export function fillBar(bar, spent, budget, kind = 'l') {
  const parts = [];
  const part = (name, x, width) => {
    const rect = document.createElementNS(SVG, 'rect');
    rect.setAttribute('class', name);
    rect.setAttribute('x', x.toFixed(1));
    rect.setAttribute('width', Math.max(0, width).toFixed(1));
    rect.setAttribute('height', '5');
    parts.push(rect);
  };
  if (budget > 0 && spent > budget) {
    const share = (budget / spent) * 100;
    part(kind, 0, share - 0.5);
    part('o', share + 0.5, 99.5 - share);
  } else part(kind, 0, budget > 0 ? (spent / budget) * 100 : 0);
  bar.replaceChildren(...parts);
  return bar;
}

export function bar(spent, budget, kind) {
  const made = document.createElementNS(SVG, 'svg');
  made.setAttribute('class', 'tb');
  made.setAttribute('viewBox', '0 0 100 5');
  made.setAttribute('preserveAspectRatio', 'none');
  made.setAttribute('aria-hidden', 'true');
  return fillBar(made, spent, budget, kind);
}

export const clock = (ms) => zone.format(new Date(ms));
export const minutes = (seconds) => Math.round(seconds / 60);

/** Seconds that the room's clock has left; it stands still while the sitting pauses. */
export const timerLeft = ({ dur_s: all, started, paused_at: stands, paused_ms: stood = 0 }, now) => all - ((stands ?? now) - started - stood) / 1000;

/** 194 -> 03:14; an hour and more with hours. */
export function mmss(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (n) => String(n).padStart(2, '0');
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest;
}

export function setText(selector, text) {
  for (const one of all(selector)) if (one.textContent !== text) one.textContent = text;
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 26 letters, the time first: ids that sort as they were made. */
export function ulid(now = Date.now()) {
  let time = '';
  for (let rest = now, n = 0; n < 10; n++, rest = Math.floor(rest / 32)) time = crockford[rest % 32] + time;
  return time + [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => crockford[byte % 32]).join('');
}
