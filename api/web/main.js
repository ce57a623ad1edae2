// Begins: asks the service who we are, and puts the page up.
import { signIn } from './api.js';
import { App } from './components/app.js';
import { key } from './session.js';
import { html, render } from './vendor/preact.js';
import { loadVocabulary } from './vocabulary.js';

const place = /** @type {HTMLElement} */ (document.getElementById('app'));
place.replaceChildren();
render(html`<${App} />`, place);
loadVocabulary().catch(() => {}); // codes are shown as they are
signIn(key());
