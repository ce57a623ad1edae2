// Begins: asks the service who we are, and puts the page up.
import { signIn } from './api.js';
import { App } from './components/app.js';
import { currentRoute } from './router.js';
import { findScreen } from './screens/index.js';
import { key } from './session.js';
import { html, render } from './vendor/preact.js';
import { loadVocabulary } from './vocabulary.js';

const place = /** @type {HTMLElement} */ (document.getElementById('app'));
place.replaceChildren();
render(html`<${App} />`, place);
loadVocabulary().catch(() => {}); // codes are shown as they are
findScreen(currentRoute().path)?.screen.load().catch(() => {}); // told where it is shown
signIn(key());
