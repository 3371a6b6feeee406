/** What a phone has no room for: the other acts of a delegate, calling the secretary, the look, the way out. */
import { ways } from './calling.js';
import { all, find } from './page.js';
import { choose } from './press.js';

/** The name of the sign in a button. */
const sign = (button) => button.querySelector('use').getAttribute('href').split('#')[1];

export function open(line, press) {
  const acts = all('.m-do .ac:not([data-call])').filter((one) => !one.hidden && !one.getClientRects().length);
  const theme = find('[data-theme-switch]'), leave = find('[data-leave]');
  choose(find('[data-more]').ariaLabel, [
    ...acts.map((one) => ({ text: one.textContent.trim(), icon: sign(one), off: one.disabled, pressed: one.getAttribute('aria-pressed') === 'true', run: () => one.click() })),
    ...ways(line, press),
    { text: find('label[for=call-text] .l').textContent, icon: 'message', name: 'message', run: () => find('[data-call]').click() },
    { text: theme.ariaLabel, icon: sign(theme), name: 'theme', run: () => theme.click() },
    { text: leave.ariaLabel, icon: 'logout', name: 'leave', run: () => leave.click() },
  ]);
}
