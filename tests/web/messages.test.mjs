// The words of the page: the same keys in both languages, and every key that the page names is there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { source } from '../api/harness.mjs';

const folder = path.join(source, 'api/web');
const load = async (name) => (await import(`data:text/javascript,${encodeURIComponent(fs.readFileSync(new URL(`${pathToFileURL(folder)}/messages/${name}.js`), 'utf8'))}`)).default;

describe('the words of the page', async () => {
  const zh = await load('zh-CN');
  const en = await load('en');

  test('both languages have the same keys, with the same places to fill in', () => {
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
    const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    for (const key of Object.keys(zh)) assert.deepEqual(places(zh[key]), places(en[key]), key);
  });

  test('Chinese is Chinese and English is English', () => {
    const names = /^(Qiao|TRL|CSV|XLSX|URL|qiao-api|JavaScript)$/;
    for (const [key, text] of Object.entries(en)) assert.doesNotMatch(text, /[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]/, key);
    for (const [key, text] of Object.entries(zh)) assert.ok(/[\u3000-\u9fff\uff00-\uffef]/.test(text) || names.test(text.trim()) || !/[a-z]{3}/i.test(text), `${key}: ${text}`);
  });

  test('every key that the page names has words', () => {
    for (const file of fs.readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js') && !name.includes('messages')))
      for (const [, key] of fs.readFileSync(path.join(folder, file), 'utf8').matchAll(/\bt\(\s*'([^']+)'/g)) assert.ok(key in zh, `${file}: ${key}`);
  });
});
