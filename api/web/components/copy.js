// Copying to the clipboard, with a word that it is done.
import { t } from '../i18n.js';
import { html } from '../vendor/preact.js';
import { tell } from './toasts.js';

/** @param {{text: string, label: string}} props */
export const Copy = ({ text, label }) => html`<button type="button" onClick=${() => copy(text)}>${label}</button>`;

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell(t('copied'));
  } catch {
    tell(t('not_copied'));
  }
}
