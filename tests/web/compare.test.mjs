// A need and a project side by side.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { killLeftOvers } from '../api/harness.mjs';
import { languages, makeData, Page, serve, soon } from './harness.mjs';

let data, server;

describe('side by side', () => {
  before(async () => {
    data = makeData([
      { kind: 'need', id: 'w:n1', title: { zh: '高导热氮化硅陶瓷基板' }, problem: { zh: '氮化硅基板热导率不足，翘曲大。' }, status: 'published', indicators: [{ name: { zh: '厚度' }, op: '<=', value: 0.32, unit: 'mm', must: true }, { name: { zh: '热导率' }, op: '>=', value: 110, unit: 'W/mK' }] },
      { kind: 'project', id: 'w:p1', title: { en: 'Silicon nitride ceramic substrates of high thermal conductivity' }, summary: { en: 'Silicon nitride substrates with little warpage.' }, status: 'published', country: 'DE', indicators: [{ name: { en: 'thickness' }, op: '<=', value: 250, unit: 'um' }, { name: { en: 'thermal conductivity' }, op: '>=', value: 120, unit: 'W/mK' }], updated_at: '2026-05-01T00:00:00Z' },
    ]);
    server = await serve(data);
  });
  after(async () => {
    await server.stop();
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('is accessible in both languages, light and dark, and fits a narrow window', async () => {
    for (const lang of languages) {
      const page = await Page.open(server, '#/pairs/fx:n0002/fx:p0002', { lang });
      await page.at.locator('summary').last().click();
      for (const colorScheme of ['light', 'dark']) {
        await page.at.setViewportSize({ width: 1280, height: 900 });
        await page.at.emulateMedia({ colorScheme });
        await page.assertAccessible(`${lang} ${colorScheme}`);
        await page.picture(`compare-${lang}-${colorScheme}`, { fullPage: true });
        await page.at.setViewportSize({ width: 320, height: 256 });
        await page.assertNoSideScroll(`${lang} at 320 px`);
      }
      await page.close();
    }
  });

  test('words that met have the same number on both sides, and the highlights lie over just these words', async () => {
    const page = await Page.open(server);
    for (const pair of ['fx:n0002/fx:p0002', 'fx:n0001/fx:p0001', 'fx:n0001/fx:p0003']) {
      const terms = (await server.get(`/v1/pairs/${pair}?explain=full`)).json.terms.slice(0, 16);
      await page.go(`#/pairs/${pair}`);
      const numbers = (side) => page.at.locator(`.side >> nth=${side} >> sup`).allTextContents();
      const [need, project] = [new Set(await numbers(0)), new Set(await numbers(1))];
      for (let i = 1; i <= terms.length; i++) assert.ok(need.has(String(i)) && project.has(String(i)), `${pair} pair ${i}`);
      const expected = new Set(terms.flatMap((term) => [term.need.text, term.project.text]));
      await soon(async () => {
        const lit = await page.at.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map((range) => range.startContainer.data.slice(range.startOffset, range.endOffset))));
        for (const text of lit) assert.ok([...expected].some((word) => word.includes(text)), `${pair}: “${text}”`);
        assert.ok(lit.length >= 2 * terms.length, `${lit.length} places of ${terms.length} pairs`);
      });
      await page.go('#/');
      await page.at.waitForFunction(() => [...CSS.highlights.values()].every((highlight) => highlight.size === 0));
    }
    await page.close();
  });

  test('figures stand in the unit of the need, and what is unknown becomes a question to copy', async () => {
    const page = await Page.open(server, '#/pairs/w:n1/w:p1', { permissions: ['clipboard-read', 'clipboard-write'] });
    const row = await page.at.locator('tr:has-text("厚度")').first().textContent();
    assert.match(row, /≤0\.32 mm.*≤250 µm.*0\.25 mm.*满足/);
    await page.at.click('text=复制英文');
    await page.reads('.toast', /已复制/);
    const copied = await page.at.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^1\. [A-Z].*\?/);
    assert.doesNotMatch(copied, /[\u3400-\u9fff]{6}/);
    await page.close();
  });

  test('where each side comes from, and of which day it is', async () => {
    const page = await Page.open(server, '#/pairs/w:n1/w:p1');
    assert.match(await page.at.textContent('.fact-table'), /来源.*w.*更新日期.*2026年5月1日/);
    await page.close();
  });

  test('texts say their language, so that they are read out and broken as what they are', async () => {
    const page = await Page.open(server, '#/pairs/fx:n0001/fx:p0001');
    assert.deepEqual(await page.at.locator('.side h3').evaluateAll((titles) => titles.map((title) => title.lang)), ['zh', 'de']);
    await page.close();
  });
});
