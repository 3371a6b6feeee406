/** Dates and times as clerks type them. */
const two = (n) => String(n).padStart(2, '0');

/** "1311", "13/11", "13.11.26" -> "13/11/2026"; null when it is no day of the calendar. The year left out is this one. */
export function fullDate(typed, today = new Date()) {
  const text = typed.trim();
  const glued = /^(\d{2})(\d{2})(\d{4}|\d{2})?$/.exec(text);
  const parted = /^(\d{1,2})[/.\- ](\d{1,2})(?:[/.\- ](\d{4}|\d{2}))?$/.exec(text);
  const found = glued || parted;
  if (!found) return null;
  const [day, month] = [Number(found[1]), Number(found[2])];
  let year = found[3] ? Number(found[3]) : today.getFullYear();
  if (year < 100) year += 2000;
  const date = new Date(year, month - 1, day);
  const exists = date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
  return exists ? `${two(day)}/${two(month)}/${year}` : null;
}

/** "0830", "8h30", "8:30", "8h" -> "08:30"; null when it is no time of the day. */
export function fullTime(typed) {
  const found = /^(\d{1,2})\s*[h:.]\s*(\d{2})?$/i.exec(typed.trim()) || /^(\d{1,2})(\d{2})$/.exec(typed.trim()) || /^(\d{1,2})$/.exec(typed.trim());
  if (!found) return null;
  const [hour, minute] = [Number(found[1]), Number(found[2] || 0)];
  return hour < 24 && minute < 60 ? `${two(hour)}:${two(minute)}` : null;
}

export function startDates() {
  document.addEventListener('focusout', (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.value) return;
    const full = 'date' in input.dataset ? fullDate(input.value) : 'time' in input.dataset ? fullTime(input.value) : null;
    if (full && full !== input.value) {
      input.value = full;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    }
  });
}
