// All of it in one process, so that the last test can tell what was never hit.
import { after } from 'node:test';
import './fake.test.mjs';
import './contract.test.mjs';
import './access.test.mjs';
import './desk.test.mjs';
import './searches.test.mjs';
import './exports.test.mjs';
import './matrix.test.mjs';
import './day.test.mjs';
import './reports.test.mjs';
import './web.test.mjs';
import './search.test.mjs';
import './operation.test.mjs';
import { assertCovered } from './harness.mjs';

after(assertCovered);
