/** What to shorten so that a sitting ends as planned: a proposal, which is asked about. Fetched when it is pressed for. */
import { ask } from '@lib/dialogs.js';
import { word } from './page.js';
import { shorten } from './shares.js';

/** Says which items would get less time so that the minutes are won, and asks for it when that is agreed to. */
export async function offer(state, minutes, act) {
  const items = shorten(state.items, minutes);
  const list = items.map((one) => word('shorten-one', { no: state.items.findIndex((each) => each.id === one.item) + 1, ...one })).join('; ');
  const n = items.reduce((sum, one) => sum + one.was - one.to, 0);
  const agreed = await ask(n ? word('shorten-q', { n, list }) : word('shorten-none'), { word: word('shorten') });
  if (agreed && n) await act(items);
}
