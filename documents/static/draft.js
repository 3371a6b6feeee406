/**
 * A draft's page while the number granted is being written into the file: what waits for it is fetched again when the
 * server tells of it, and now and then where the socket is silent.
 */
import { refresh } from '@lib/desk.js';

/** Between two looks, in ms. */
const look = 2500;

const waiting = () => document.querySelectorAll('[data-stamping]');

const timer = setInterval(() => {
  if (!waiting().length) clearInterval(timer);
  else if (!document.hidden) waiting().forEach(refresh);
}, look);
