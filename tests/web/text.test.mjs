// Places in texts: bytes of UTF-8 as the service counts them become places as the browser counts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { source } from '../api/harness.mjs';

const { cut, excerpt, fromBytes, wordsOf } = await import(`data:text/javascript,${encodeURIComponent(fs.readFileSync(path.join(source, 'api/web/text.js'), 'utf8'))}`);

test('bytes become places, for characters of one to four bytes', () => {
  const text = 'aé电🙂z';
  const offsets = [0, 1, 3, 6, 10, 11];
  assert.deepEqual(offsets.map((at) => fromBytes(text, offsets).get(at)), [0, 1, 2, 3, 5, 6]);
  for (const at of offsets) assert.equal(text.slice(0, fromBytes(text, [at]).get(at)), Buffer.from(text).subarray(0, at).toString());
  assert.equal(fromBytes(text, [4]).get(4), 2, 'inside of a character: its begin');
  assert.equal(fromBytes(text, [99]).get(99), text.length);
});

test('a text is cut at its marks, and nothing is lost', () => {
  const text = '硫化物固态电解质薄膜';
  const pieces = cut(text, [{ start: 9, end: 24 }, { start: 15, end: 24 }, { start: 24, end: 30 }]);
  assert.deepEqual(pieces, [{ text: '硫化物', marked: false }, { text: '固态电解质薄膜', marked: true }]);
  assert.equal(cut(text, []).map((piece) => piece.text).join(''), text);
});

test('a stem is shown as a word that was found, and not at all where none was', () => {
  assert.deepEqual(wordsOf(['batteri', 'solid', 'traction'], ['Battery', 'batteries', 'battery', 'solid', 'state']), ['battery', 'solid']);
  assert.deepEqual(wordsOf(['cell'], ['cellulose', 'cells']), ['cells']);
  assert.deepEqual(wordsOf(['电池'], ['固态电池']), ['电池']);
  assert.deepEqual(wordsOf(['batteri'], ['bat', '固态']), []);
});

test('an excerpt shows the first mark', () => {
  const text = `${'无关'.repeat(200)}固态电池${'其后'.repeat(200)}`;
  const shown = excerpt(cut(text, [{ start: 1200, end: 1212 }]), 60);
  assert.ok(shown.some((piece) => piece.marked && piece.text === '固态电池'));
  assert.deepEqual([shown[0].text, shown.at(-1).text], ['…', '…']);
  assert.ok(shown.map((piece) => piece.text).join('').length <= 62);
  assert.equal(excerpt(cut('短', []), 60).map((piece) => piece.text).join(''), '短');
});
