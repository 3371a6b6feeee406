const parts = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', day: '2-digit', month: '2-digit', hour12: false, timeZone: 'Asia/Ho_Chi_Minh' });

/** An instant (ms) as the office writes it: 09:12 22/11. */
export function moment(ms) {
  const of = Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, value]));
  return `${of.hour}:${of.minute} ${of.day}/${of.month}`;
}
