// Search as one types.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { killLeftOvers } from '../api/harness.mjs';
import { languages, makeData, Page, serve, soon } from './harness.mjs';

let data, server;

describe('search', () => {
  before(async () => {
    data = makeData();
    server = await serve(data);
  });
  after(async () => {
    await server.stop();
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('is accessible in both languages, and fits a narrow window', async () => {
    for (const lang of languages) {
      const page = await Page.open(server, '#/', { lang });
      for (const address of ['#/', '#/search?q=固态电池&side=projects&country=DE,JP', '#/search?q=zzzzqq&side=projects']) {
        await page.at.setViewportSize({ width: 1280, height: 900 });
        await page.go(address);
        await page.assertAccessible(`${address} ${lang}`);
        await page.picture(`search-${lang}-${address.length}`);
        await page.at.setViewportSize({ width: 320, height: 640 });
        await page.assertNoSideScroll(`${address} ${lang} at 320 px`);
      }
      await page.close();
    }
  });

  test('asks while one types, writes it into the address, and finds across languages', async () => {
    const page = await Page.open(server, '#/search?side=projects');
    await page.at.locator('[data-search]').pressSequentially('固态电池');
    await page.at.waitForFunction(() => location.hash.includes('q=') && document.querySelector('.hit [lang=de] mark'));
    await page.rest();
    const found = await page.at.locator('.hit h2 a').evaluateAll((links) => links.map((link) => link.lang));
    assert.ok(found.includes('ja') && found.includes('de'), found.join());
    await page.at.reload();
    await page.holds('[data-search]', '固态电池');
    await page.counts('.hit h2 a', found.length);
    await page.close();
  });

  test('what the words became is told in words of the results, not in stems', async () => {
    const page = await Page.open(server, '#/search?side=projects&q=电池');
    await page.reads('.reading', /电池 → (.*、)?batter(y|ies)/);
    assert.doesNotMatch(await page.at.textContent('.reading'), /batteri(、|$)/);
    await page.close();
  });

  test('suggests, by pinyin too, and takes a suggestion by keys', async () => {
    const page = await Page.open(server, '#/search?side=projects');
    await page.at.locator('[data-search]').pressSequentially('gutai');
    await page.at.waitForSelector('[role=option]');
    await page.reads('[role=listbox]', /固态电解质/);
    await page.rest(); // the suggestions for all that was typed
    await page.at.keyboard.press('ArrowDown');
    const chosen = await page.at.textContent('[role=option][aria-selected=true] bdi');
    await page.at.waitForSelector('[role=combobox][aria-activedescendant=suggestion-0]');
    await page.assertAccessible('suggestions');
    await page.at.keyboard.press('Enter');
    await page.holds('[data-search]', chosen);
    await page.at.waitForSelector('[role=combobox][aria-expanded=false]');
    await page.close();
  });

  test('asks nothing while characters are being composed', async () => {
    const page = await Page.open(server, '#/search?side=projects');
    const asked = [];
    page.at.on('request', (request) => request.url().includes('/v1/') && asked.push(request.url()));
    const compose = (type, text) =>
      page.at.locator('[data-search]').evaluate((input, [name, value]) => {
        input.value = value;
        input.dispatchEvent(name === 'input' ? new InputEvent('input', { bubbles: true, isComposing: true }) : new CompositionEvent(name, { bubbles: true, data: value }));
      }, [type, text]);
    await compose('compositionstart', '');
    for (const text of ['d', 'di', 'dian', 'dianchi']) await compose('input', text);
    await page.at.waitForTimeout(400);
    assert.deepEqual(asked, []);
    await compose('compositionend', '电池');
    await page.at.waitForFunction(() => decodeURIComponent(location.hash).includes('q=电池'));
    await soon(() => assert.ok(asked.length > 0));
    await page.rest();
    assert.ok(asked.every((url) => decodeURIComponent(url).includes('电池')), asked.join());
    await page.close();
  });

  test('filters, chips and pages stand in the address, and going back goes back', async () => {
    const page = await Page.open(server, '#/search?side=projects');
    const all = await page.at.textContent('.results-head p');
    const german = page.at.locator('.filters label:has-text("德国")');
    const count = await german.locator('.count').textContent();
    await german.click();
    await page.rest();
    assert.ok((await page.at.textContent('.results-head p')).includes(`找到 ${count} 个`) || (await page.at.textContent('.results-head p')).includes(`共 ${count} 个`), 'as many as the filter said');
    assert.ok((await page.at.locator('.filters fieldset:has-text("国家或地区") label').count()) > 1, 'other countries can be chosen too');
    await page.leadsTo(/country=DE/);
    assert.notEqual(await page.at.textContent('.results-head p'), all);
    assert.ok((await page.at.locator('.hit .facts').allTextContents()).every((text) => text.includes('德国')));
    await page.at.click('.chips button:has-text("德国")');
    await page.reads('.results-head p', all);
    await page.rest();
    const first = await page.at.textContent('.hit h2');
    await page.at.click('text=下一页');
    await page.rest();
    await page.leadsTo(/page=2/);
    await soon(async () => assert.notEqual(await page.at.textContent('.hit h2'), first));
    await page.close();
  });

  test('the order can be chosen, and stands in the address', async () => {
    const page = await Page.open(server, '#/search?side=projects&q=电池');
    const first = await page.at.locator('.hit h2').allTextContents();
    await page.at.selectOption('.sort select', 'trl');
    await page.rest();
    await page.leadsTo(/sort=trl/);
    await soon(async () => assert.notDeepEqual(await page.at.locator('.hit h2').allTextContents(), first));
    const levels = (await page.at.locator('.hit .facts').allTextContents()).map((text) => Number(/TRL (\d)/.exec(text)?.[1] ?? 0));
    assert.deepEqual(levels, [...levels].sort((a, b) => b - a));
    await page.close();
  });

  test('nothing found says what to do, and doing it helps', async () => {
    const page = await Page.open(server, '#/search?side=needs&q=固态电池&park=pinggu');
    await page.reads('.empty', /没有找到/);
    await page.at.click('text=取消全部筛选条件');
    await page.at.waitForSelector('.hit');
    await page.close();
  });

  test('a word mistyped leads to what was meant', async () => {
    const page = await Page.open(server, '#/search?side=projects&q=gutaidianchi');
    const { did_you_mean: meant } = (await server.get('/v1/search?side=projects&q=gutaidianchi')).json;
    assert.ok(meant.text.length > 0);
    const offer = page.at.locator('.note button.link');
    await page.reads('.note button.link', meant.text);
    const before = await page.at.locator('.hit').count();
    await offer.click();
    await page.holds('[data-search]', meant.text);
    await soon(async () => assert.ok((await page.at.locator('.hit').count()) > before));
    await page.counts('.note button.link', 0);
    await page.close();
  });

  test('a query that the service refuses is told with its reason', async () => {
    const page = await Page.open(server, '#/search?side=projects&country=XX');
    await page.reads('.note.bad', /country/);
    await page.close([/400/]);
  });
});
