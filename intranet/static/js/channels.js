/** The page of channels: lets this browser be told by push, with the worker that shows what comes. */
import { api } from '@lib/api.js';

const place = document.querySelector('[data-push]');
const button = place.querySelector('[data-push-on]');
const state = place.querySelector('[data-push-state]');
const say = (what) => { state.textContent = state.dataset[what]; };
const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0));

async function start() {
  if (!('serviceWorker' in navigator && 'PushManager' in globalThis && isSecureContext)) return say('no');
  if (Notification.permission === 'denied') return say('denied');
  const worker = await navigator.serviceWorker.getRegistration('/');
  if (await worker?.pushManager.getSubscription()) say('on');
  button.disabled = false;
}

button.addEventListener('click', async () => {
  button.disabled = true;
  try {
    if ((await Notification.requestPermission()) !== 'granted') return say('denied');
    await navigator.serviceWorker.register('/sw.js');
    const worker = await navigator.serviceWorker.ready;
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(place.dataset.push) });
    await api(place.dataset.url, made.toJSON());
    location.reload();
  } catch {
    say('failed');
    button.disabled = false;
  }
});

start();
