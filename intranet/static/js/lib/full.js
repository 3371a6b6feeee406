/** What a page of a full screen does by its attributes. It has no parts that are swapped, so it needs no htmx.
 * The small modules are copies (`?full`): shared with every office page they would be one more file for each of those. */
import { startLine } from './desk-line.js?full';
import { startDialogs } from './dialogs.js';
import { startKeys } from './keys.js?full';
import { startTabs } from './tabs.js?full';
import { startTheme } from './theme.js?full';
import { startToasts } from './toast.js';

export function startFull() {
  startToasts();
  startDialogs();
  startTheme();
  startKeys();
  startTabs();
  if (document.body.hasAttribute('data-desk')) startLine();
}
