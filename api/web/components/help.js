// The keys of the page, and the switch for them.
import { shortcutsOn, switchShortcuts, useShortcuts } from '../hooks.js';
import { t } from '../i18n.js';
import { createStore, useStore } from '../store.js';
import { html, useState } from '../vendor/preact.js';
import { Dialog } from './parts.js';

const open = createStore(false);
export const openHelp = () => open.set(true);

const keys = ['j', 'k', 'Enter', 'a', 'r', 's', 'u', '/', '?'];

export function Help() {
  const shown = useStore(open);
  const [on, setOn] = useState(shortcutsOn());
  useShortcuts({
    '?': openHelp,
    '/': () => /** @type {HTMLInputElement | null} */ (document.querySelector('[data-search]'))?.focus(),
  });
  if (!shown) return null;
  return html`
    <${Dialog} title=${t('help.title')} onClose=${() => open.set(false)}>
      <p>${t('help.lead')}</p>
      <dl class="keys">
        ${keys.map((key) => html`<div key=${key}><dt><kbd>${key}</kbd></dt><dd>${t(`help.key.${key}`)}</dd></div>`)}
      </dl>
      <label class="check"><input type="checkbox" checked=${on} onChange=${(event) => { switchShortcuts(event.target.checked); setOn(event.target.checked); }} />${t('help.switch')}</label>
    <//>
  `;
}
