/** Whom chair and secretary let present: until it is taken back, or for a time. */
import { word } from './page.js';

/** Minutes that one who presents a paper usually asks for. */
const MINUTES = 10;

/** What a menu offers of it. `press` (t, d) asks the room; `now` is milliseconds on the server's clock. */
export function granting({ grants }, p, now, press) {
  const until = grants[p];
  const icon = 'presentation';
  if (until === null || until > now) return [{ text: word('revoke'), icon, name: 'grant', run: () => press('present.revoke', { p }) }];
  return [
    { text: word('grant'), icon, name: 'grant', run: () => press('present.grant', { p }) },
    { text: word('grant-for', { n: MINUTES }), icon: 'clock', name: 'grant-for', run: () => press('present.grant', { p, for_s: MINUTES * 60 }) },
  ];
}
