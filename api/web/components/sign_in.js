// Signing in with a key. It is kept for this tab only, and stands in no address.
import { signIn } from '../api.js';
import { t } from '../i18n.js';
import { useTitle } from '../hooks.js';
import { useSession } from '../session.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';

export function SignIn() {
  const { problem } = useSession();
  const [busy, setBusy] = useState(false);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  useTitle(t('signin.title'));
  useEffect(() => input.current?.focus(), [problem]);
  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    const value = input.current?.value.trim();
    if (!value) return input.current?.focus();
    setBusy(true);
    await signIn(value);
    setBusy(false);
  }
  return html`
    <section class="sign-in">
      <div class="sign-in-card">
        <h1>${t('signin.title')}</h1>
        <p>${t('signin.lead')}</p>
        <form onSubmit=${submit}>
          <label for="key">${t('signin.key')}</label>
          <input id="key" ref=${input} type="password" autocomplete="off" spellcheck="false" aria-invalid=${problem ? 'true' : null} aria-describedby="key-help" />
          ${problem && html`<p class="field-error" role="alert">${problem.detail || t('signin.refused')}</p>`}
          <p id="key-help" class="small">${t('signin.help')}</p>
          <button class="primary" disabled=${busy}>${t('signin.button')}</button>
        </form>
      </div>
    </section>
  `;
}
