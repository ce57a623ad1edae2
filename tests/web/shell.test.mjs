// The frame of the page: who may come in, in which language, with how many bytes, and what is said where something is missing.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { killLeftOvers, run } from '../api/harness.mjs';
import { languages, makeData, Page, serve } from './harness.mjs';

const FIRST_VIEW_BYTES = 150 * 1024;

let data, server, keyed, keys;

const makeKey = (role, ...options) => /qk_\S+|[A-Za-z0-9_-]{40,}\S*/.exec(run('qiao-api', 'key', 'create', '--data', keyed, '--role', role, ...options))[0];

describe('the frame of the page', () => {
  before(async () => {
    data = makeData();
    server = await serve(data);
    keyed = makeData([{ kind: 'need', id: 'own:1', title: { zh: '寻求低温固态电池电解质' }, problem: { zh: '需要低温下离子电导率高的固态电解质。' }, enterprise: { name: '北辰储能' }, status: 'published' }]);
    keys = { staff: makeKey('staff'), enterprise: makeKey('enterprise', '--org', '北辰储能') };
  });
  after(async () => {
    await server.stop();
    fs.rmSync(data, { recursive: true });
    fs.rmSync(keyed, { recursive: true });
  });
  after(killLeftOvers);

  test('an open service asks for no key and says what it is', async () => {
    const page = await Page.open(server);
    await page.reads('.who', /开放模式/);
    await page.close();
  });

  test('the first view is small', async () => {
    const measured = await Page.open(server);
    const sizes = await measured.at.evaluate(() => performance.getEntries().filter((entry) => 'encodedBodySize' in entry).map((entry) => [entry.name, entry.encodedBodySize]));
    const sum = sizes.reduce((all, [, size]) => all + size, 0);
    assert.ok(sizes.length > 10 && sum > 10000, JSON.stringify(sizes));
    assert.ok(sum <= FIRST_VIEW_BYTES, `${sum} bytes: ${JSON.stringify(sizes)}`);
    console.log(`# first view: ${sum} bytes in ${sizes.length} answers`);
    await measured.close();
  });

  test('what the first view loads is asked for at once: no import waits for another', async () => {
    const html = (await server.get('/web/')).body.toString();
    const [, hash] = /([0-9a-f]{16})\/main\.js/.exec(html);
    const named = [...html.matchAll(/(?:modulepreload" href|module" src)="([^"]+)"/g)].map((match) => match[1].slice(hash.length + 1)).sort();
    const page = await Page.open(server, '#/search');
    const loaded = await page.at.evaluate(() => performance.getEntriesByType('resource').map((entry) => new URL(entry.name).pathname).filter((name) => name.endsWith('.js')));
    assert.deepEqual([...new Set(loaded)].map((name) => name.slice(name.indexOf(hash) + hash.length + 1)).sort(), named);
    await page.close();
  });

  test('a key lets in, is kept out of the address, and a wrong one is refused', async () => {
    const guarded = await serve(keyed);
    const page = await Page.open(guarded);
    await page.reads('h1', '登录');
    await page.assertAccessible('sign-in, zh-CN');
    await page.picture('sign-in-zh');
    await page.at.fill('#key', 'nonsense');
    await page.at.keyboard.press('Enter');
    await page.at.waitForSelector('[role=alert]');
    await page.at.fill('#key', keys.staff);
    await page.at.keyboard.press('Enter');
    await page.at.waitForSelector('.hits');
    await page.reads('.who', /平台工作人员/);
    await page.rest();
    assert.ok(!page.at.url().includes(keys.staff));
    assert.deepEqual(await page.at.evaluate(() => [Object.values(localStorage).join(), document.cookie]), ['', '']);
    await page.at.click('text=退出');
    await page.reads('h1', '登录');
    await page.close([/401/]);
    await guarded.stop();
  });

  test('an enterprise sees its own needs and no others', async () => {
    const guarded = await serve(keyed);
    const page = await Page.open(guarded, '#/search?side=needs', { key: keys.enterprise });
    await page.reads('.who', /企业用户.*北辰储能/);
    assert.deepEqual(await page.at.locator('.hit h2').allTextContents(), ['寻求低温固态电池电解质']);
    await page.close();
    await guarded.stop();
  });

  test('the language is that of the address, else of the browser, and can be changed', async () => {
    const page = await Page.open(server, '#/', { lang: 'en' });
    assert.equal(await page.at.getAttribute('html', 'lang'), 'en');
    await page.at.click('text=中文');
    await page.at.waitForSelector('html[lang=zh-CN]');
    await page.leadsTo(/lang=zh-CN/);
    await page.go('#/search?lang=en');
    await page.reads('nav [aria-current]', 'Search');
    await page.close();
  });

  test('an address that leads nowhere says so', async () => {
    for (const address of ['#/nowhere', '#/%zz/%', '#/needs']) {
      const page = await Page.open(server, address);
      await page.reads('main h1', '没有这个页面');
      await page.close();
    }
  });

  test('the keys are told, can be switched off, and stay off', async () => {
    for (const lang of languages) {
      const page = await Page.open(server, '#/', { lang });
      await page.at.keyboard.press('?');
      await page.at.waitForSelector('dialog[open]');
      await page.assertAccessible(`help, ${lang}`);
      await page.at.click('dialog input[type=checkbox]');
      await page.at.keyboard.press('Escape');
      await page.counts('dialog', 0);
      await page.at.keyboard.press('?');
      await page.rest();
      await page.counts('dialog', 0);
      await page.close();
    }
  });

  test('a service that went away is told, and tried again', async () => {
    const page = await Page.open(server);
    await page.context.setOffline(true);
    await page.at.fill('[data-search]', '电池');
    await page.at.waitForSelector('.note.bad');
    await page.reads('.note.bad', /无法连接服务/);
    await page.context.setOffline(false);
    await page.at.click('button:has-text("重试")');
    await page.at.waitForSelector('.hits');
    await page.close([/ERR_INTERNET_DISCONNECTED/]);
  });
});
