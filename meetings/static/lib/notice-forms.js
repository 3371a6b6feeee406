/** What whoever runs the room announces, and the clock it starts; fetched when the first is sent. */

/** Sends what the form says; minutes that are none are refused in a message. */
export async function send(form, press, word, toast) {
  let answer;
  if (form.t) {
    const t = form.t.value.trim();
    if (!t) { form.t.focus(); return; }
    answer = await press('notice.send', { t, lvl: form.lvl.value, to: form.to.value, ...(form.for_s.value ? { for_s: Number(form.for_s.value) } : {}) });
    if (answer?.ok) form.reset();
  } else {
    const n = Number(form.minutes.value);
    if (!Number.isInteger(n) || n < 1 || n > 600) { toast(word('timer-bad'), { tone: 'warn' }); form.minutes.focus(); return; }
    answer = await press('timer.set', { label: form.label.value.trim(), dur_s: n * 60 });
  }
  if (answer?.ok) form.closest('dialog').close();
}
