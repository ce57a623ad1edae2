// All tests of the staff page in one process, with one browser.
import { after, before, test } from 'node:test';
import { closeBrowser, openBrowser, removeData } from './harness.mjs';

before(openBrowser);
after(closeBrowser);
after(removeData);

// node:test takes all to be done when every test that it knows of has ended, and runs what comes after: the browser is closed then. So this one does not
// end before all files are loaded, however long that takes.
let loaded;
const loading = new Promise((done) => (loaded = done));
test('all files are loaded', () => loading);

// With sanitizers only the short walk: what the page does is the same there, and what the service does is tested beside it.
const all = ['messages', 'text', 'shell', 'search', 'matches', 'compare', 'post', 'hostile', 'staff'];
for (const name of process.env.QIAO_WEB_SHORT ? ['walk'] : all) await import(`./${name}.test.mjs`);
loaded();
