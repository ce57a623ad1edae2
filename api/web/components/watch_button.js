// Watches a search or a need: the nightly job then tells what changed for it.
import { post } from '../api.js';
import { t } from '../i18n.js';
import { mayWrite } from '../session.js';
import { html, useState } from '../vendor/preact.js';
import { tell } from './toasts.js';

/** @param {{what: any}} props what: the body of POST /v1/searches */
export function WatchButton({ what }) {
  const [busy, setBusy] = useState(false);
  if (!mayWrite()) return null;
  const watch = async () => {
    setBusy(true);
    try {
      await post('v1/searches', what);
      tell(t('searches.saved'));
    } catch (error) {
      tell(/** @type {Error} */ (error).message || t('problem.unreachable'));
    }
    setBusy(false);
  };
  return html`<button type="button" disabled=${busy} onClick=${watch}>${t(what.need ? 'searches.watch_need' : 'searches.save')}</button>`;
}
