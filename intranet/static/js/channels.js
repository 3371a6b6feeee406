/** The page of channels: lets this browser be told by push, with the worker that shows what comes. */
import { api } from '@lib/api.js';

const place = document.querySelector('[data-push]');
const button = place.querySelector('[data-push-on]');
const state = place.querySelector('[data-push-state]');
const say = (what) => { state.textContent = state.dataset[what]; };
/** Subscriptions of this person that the office knows. */
const known = new Set([...document.querySelectorAll('[data-endpoint]')].map((one) => one.dataset.endpoint));
/** A maker's server that has not answered for so long (ms) is not to be reached. */
const PATIENCE = 20_000;
const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));

async function start() {
  if (!('serviceWorker' in navigator && 'PushManager' in globalThis && isSecureContext)) return say('no');
  if (Notification.permission === 'denied') return say('denied');
  const worker = await navigator.serviceWorker.getRegistration('/');
  const held = await worker?.pushManager.getSubscription();
  if (held && known.has(held.endpoint)) return say('on');
  // Switched off here or elsewhere, or somebody else's: the browser is to forget it too.
  await held?.unsubscribe();
  button.disabled = false;
}

button.addEventListener('click', async () => {
  button.disabled = true;
  say('waits');
  try {
    const answer = await Notification.requestPermission();
    if (answer === 'denied') return say('denied');
    if (answer !== 'granted') throw new Error('put off');
    await navigator.serviceWorker.register('/sw.js');
    const worker = await navigator.serviceWorker.ready;
    const asked = worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(place.dataset.push) });
    const made = await Promise.race([asked, new Promise((_, no) => setTimeout(() => no(new Error('far')), PATIENCE))]);
    await api(place.dataset.url, made.toJSON());
    location.reload();
  } catch (problem) {
    say(problem.message === 'far' ? 'far' : 'failed');
    button.disabled = false;
  }
});

start().catch(() => say('no'));
