// All tests of the staff page in one process, with one browser.
import { after, before } from 'node:test';
import { closeBrowser, openBrowser, removeData } from './harness.mjs';
import './messages.test.mjs';
import './text.test.mjs';
import './shell.test.mjs';
import './search.test.mjs';
import './matches.test.mjs';
import './compare.test.mjs';
import './post.test.mjs';
import './hostile.test.mjs';
import './staff.test.mjs';

before(openBrowser);
after(closeBrowser);
after(removeData);
