/** A draft's page: once the number has been written into the file, the page is fetched again. */
import { desk } from '@lib/desk.js';

const waiting = document.querySelector('.d-step .o-alert.warn');
if (waiting) {
  desk();
  setTimeout(() => location.reload(), 4000);
}
