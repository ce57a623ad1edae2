// All tests of the staff page in one process, with one browser.
import { after, before } from 'node:test';
import { closeBrowser, openBrowser, removeData } from './harness.mjs';

before(openBrowser);
after(closeBrowser);
after(removeData);

// With sanitizers only the short walk: what the page does is the same there, and what the service does is tested beside it.
const all = ['messages', 'text', 'shell', 'search', 'matches', 'compare', 'post', 'hostile', 'staff'];
for (const name of process.env.QIAO_WEB_SHORT ? ['walk'] : all) await import(`./${name}.test.mjs`);
