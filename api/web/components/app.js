// The frame of the page: who works here, where to go, the screen itself.
import { signedOut } from '../api.js';
import { setLanguage, t, useLanguage } from '../i18n.js';
import { href, useRoute } from '../router.js';
import { findScreen, screens } from '../screens/index.js';
import { key, useSession } from '../session.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';
import { nameOf, useVocabulary } from '../vocabulary.js';
import { Help, openHelp } from './help.js';
import { Loading, ProblemNote } from './parts.js';
import { SignIn } from './sign_in.js';
import { Toasts } from './toasts.js';

export function App() {
  useLanguage(); // all words change with it
  useVocabulary(); // and all names
  const { stage, caller, problem } = useSession();
  if (stage === 'asking') return html`<div class="boot"><${Loading} /></div>`;
  return html`
    <a class="skip" href="#main" onClick=${skip}>${t('shell.skip')}</a>
    <${TopBar} caller=${caller} />
    <main id="main" tabindex="-1">
      ${stage === 'unreachable' ? html`<${ProblemNote} problem=${problem} />` : stage === 'out' ? html`<${SignIn} />` : html`<${Body} role=${caller?.role ?? 'public'} />`}
    </main>
    <${Toasts} />
    <${Help} />
  `;
}

/** The target of a link within the page is no address of ours. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function TopBar({ caller }) {
  const { path } = useRoute();
  const lang = useLanguage();
  const shown = caller ? screens.filter((screen) => screen.nav && screen.roles.includes(caller.role)) : [];
  return html`
    <header class="top">
      <a class="brand" href=${href([])}><span class="brand-mark" lang="zh-CN" aria-hidden="true">桥</span><span class="brand-name">${t('shell.name')}</span></a>
      <nav aria-label=${t('shell.nav')}>
        <ul>
          ${shown.map((screen) => {
            const here = screen.path === (path.join('/') || 'search');
            return html`<li key=${screen.path}><a href=${href([screen.path])} aria-current=${here ? 'page' : null}>${t(screen.nav ?? '')}</a></li>`;
          })}
        </ul>
      </nav>
      <div class="top-end">
        <button type="button" class="plain for-keys" onClick=${openHelp}>${t('shell.help')}</button>
        <button type="button" class="plain" lang=${lang === 'en' ? 'zh-CN' : 'en'} onClick=${() => setLanguage(lang === 'en' ? 'zh-CN' : 'en')}>${lang === 'en' ? '中文' : 'English'}</button>
        ${caller && html`<${Who} caller=${caller} />`}
      </div>
    </header>
  `;
}

function Who({ caller }) {
  const place = caller.organisation ?? nameOf('park', caller.park);
  return html`
    <span class="who"><b>${t(caller.open ? 'role.open' : `role.${caller.role}`)}</b>${place && html`<span>${place}</span>`}</span>
    ${key() && html`<button type="button" class="plain" onClick=${() => signedOut(null)}>${t('shell.sign_out')}</button>`}
    ${!key() && caller.role === 'public' && html`<button type="button" class="plain" onClick=${() => signedOut(null)}>${t('signin.button')}</button>`}
  `;
}

function Body({ role }) {
  const { path } = useRoute();
  const found = findScreen(path);
  const [loaded, setLoaded] = useState(/** @type {{screen: any, Component: any} | null} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const screen = found?.screen.roles.includes(role) ? found.screen : null;
  const place = path.join('/');
  const first = useRef(true);
  useEffect(() => {
    if (!screen) return;
    screen.load().then((module) => setLoaded({ screen, Component: module.default }), setProblem);
  }, [screen]);
  useEffect(() => {
    // Another screen begins at its top, also for those who do not see that it changed.
    if (!first.current) {
      scrollTo(0, 0);
      document.getElementById('main')?.focus({ preventScroll: true });
    }
    first.current = false;
  }, [place]);
  if (!screen) return html`<section class="empty"><h1>${t('shell.no_screen')}</h1><p><a href=${href([])}>${t('shell.to_search')}</a></p></section>`;
  if (problem) return html`<section class="empty"><h1>${t('shell.not_loaded')}</h1><button type="button" onClick=${() => location.reload()}>${t('shell.reload')}</button></section>`;
  if (loaded?.screen !== screen) return html`<${Loading} />`;
  return html`<${loaded.Component} key=${place} ...${found?.parts} />`;
}
