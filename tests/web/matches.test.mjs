// A need with its projects: why, decided by mouse and by keys alone, taken back, kept.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { killLeftOvers } from '../api/harness.mjs';
import { languages, makeData, Page, serve, soon } from './harness.mjs';

let data, server;

const verdicts = async (need) => (await server.get(`/v1/needs/${need}/feedback`)).json.feedback.map((one) => [one.project, one.verdict, one.reason].filter(Boolean).join(' '));

describe('a need and its projects', () => {
  before(async () => {
    data = makeData();
    server = await serve(data);
  });
  after(async () => {
    await server.stop();
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('is accessible in both languages, and fits a narrow window and 400 % zoom', async () => {
    for (const lang of languages) {
      const page = await Page.open(server, '#/', { lang });
      for (const [name, address] of [['need', '#/needs/fx:n0002'], ['excluded', '#/needs/fx:n0001?view=excluded'], ['project', '#/projects/fx:p0001']]) {
        await page.at.setViewportSize({ width: 1280, height: 900 });
        await page.go(address);
        await page.assertAccessible(`${address} ${lang}`);
        await page.picture(`${name}-${lang}`, { fullPage: true });
        await page.at.setViewportSize({ width: 320, height: 256 });
        await page.assertNoSideScroll(`${address} ${lang} at 320 px`);
        const rows = await page.at.locator('.bars tbody tr').evaluateAll((found) => found.map((row) => row.getBoundingClientRect().height));
        assert.ok(rows.every((height) => height < 90), `names of signals keep the room of a word: ${rows.join()}`);
      }
      await page.close();
    }
  });

  test('every match tells why in up to five lines, its signals, and points that add up to its score', async () => {
    const page = await Page.open(server, '#/needs/fx:n0001');
    const told = await page.at.locator('.match').evaluateAll((matches) =>
      matches.map((match) => ({
        lines: match.querySelectorAll('.reasons li').length,
        score: Number(match.querySelector('.score dd').textContent),
        sum: [...match.querySelectorAll('.signals > .bars .points')].reduce((sum, cell) => sum + (Number(cell.textContent.replace('+', '')) || 0), 0),
        confidence: match.querySelector('.score div + div dd').textContent,
      })),
    );
    assert.ok(told.length >= 3);
    for (const one of told) {
      assert.ok(one.lines >= 3 && one.lines <= 5, JSON.stringify(one));
      assert.ok(Math.abs(one.sum - one.score) < 0.5, JSON.stringify(one));
      assert.match(one.confidence, /^\d+%$/);
    }
    await page.close();
  });

  test('by keys alone: found, walked, accepted, taken back, rejected with a reason, shortlisted, compared', async () => {
    const page = await Page.open(server, '#/', { alone: true });
    const keyboard = page.at.keyboard;
    await keyboard.press('/');
    await keyboard.type('干法电极');
    await page.at.waitForFunction(() => document.querySelector('.hit a')?.textContent.includes('干法电极'));
    await page.rest();
    for (let i = 0; i < 40 && !(await page.at.evaluate(() => document.activeElement.closest('.hit'))); i++) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await page.at.waitForSelector('.match');
    await page.rest();
    await page.leadsTo(/needs\/fx%3An0002/);
    await page.at.clock.install();

    const focused = (id) => page.at.waitForFunction((wanted) => document.activeElement.id === wanted, id);
    await keyboard.press('j');
    await focused('match-0');
    await keyboard.press('a');
    await page.reads('.toast', /已认可/);
    await keyboard.press('u');
    await page.counts('.toast', 0);
    await page.at.clock.runFor(11000);
    assert.deepEqual(await verdicts('fx:n0002'), [], 'what was taken back is not sent');

    await keyboard.press('a');
    await page.at.clock.runFor(11000);
    await soon(async () => assert.match((await verdicts('fx:n0002')).join(), /^\S+ accept$/));

    await keyboard.press('j');
    await focused('match-1');
    await keyboard.press('r');
    await page.at.waitForSelector('dialog[open]');
    await keyboard.press('1');
    await page.at.waitForSelector('.match.reject');
    await focused('match-1'); // where one was before the question
    await keyboard.press('s');
    await page.at.clock.runFor(11000);
    await soon(async () => assert.ok((await verdicts('fx:n0002')).some((one) => one.endsWith('reject too_early')), 'the rejection'));
    await soon(async () => assert.ok((await server.get('/v1/shortlists')).json.shortlists.some((list) => list.items.length === 2 && list.items[0].need === 'fx:n0002'), 'the shortlist'));

    await keyboard.press('k');
    await focused('match-0');
    await keyboard.press('Enter');
    await page.at.waitForSelector('.compare');
    await page.leadsTo(/pairs\/fx%3An0002\//);
    await page.close();
  });

  test('the reasons to choose from are those of the service, in its words', async () => {
    const { reasons } = (await server.get('/v1/reasons')).json;
    const expected = reasons.filter((one) => one.of.includes('verdict'));
    const page = await Page.open(server, '#/needs/fx:n0006');
    await page.at.locator('.match .reject').first().click();
    await page.at.waitForSelector('.choices button');
    await soon(async () => assert.deepEqual(await page.at.locator('.choices button > span').allTextContents(), expected.map((one) => one.zh)));
    await page.at.locator('.choices button').nth(4).click();
    await page.at.waitForSelector('.match.reject');
    await soon(async () => assert.ok((await page.at.textContent('.match.reject .match-line')).includes(expected[4].zh)));
    await page.at.click('.toast button');
    await page.at.waitForSelector('.match.reject', { state: 'detached' });
    await page.close();
  });

  test('what was accepted goes on to a case in one step, and says so', async () => {
    const page = await Page.open(server, '#/needs/fx:n0007');
    const match = page.at.locator('.match').first();
    assert.equal(await match.locator('button:has-text("开始对接")').count(), 0); // of a page at rest
    await match.locator('.accept').click();
    await match.locator('button:has-text("开始对接")').click();
    await match.locator('.badge:has-text("已开始对接")').waitFor();
    const { cases } = (await server.get('/v1/cases?need=fx%3An0007')).json;
    assert.deepEqual(cases.map((one) => [one.need, one.status]), [['fx:n0007', 'suggested']]);
    assert.deepEqual((await server.get('/v1/cases?need=fx%3An0001')).json.cases, []);
    await page.at.reload();
    await match.locator('.badge:has-text("已开始对接")').waitFor();
    await match.locator('a:has-text("查看对接")').waitFor();
    await page.close();
  });

  test('the word of an acceptance goes on to its case too', async () => {
    const page = await Page.open(server, '#/needs/fx:n0008');
    await page.at.locator('.match .accept').first().click();
    await page.at.click('.toast button:has-text("开始对接")');
    await page.at.locator('.match .badge:has-text("已开始对接")').first().waitFor();
    const { cases } = (await server.get('/v1/cases?need=fx%3An0008')).json;
    assert.deepEqual(cases.map((one) => one.status), ['suggested']);
    assert.deepEqual(await verdicts('fx:n0008'), [`${cases[0].project} accept`], 'sent before its case');
    await page.close();
  });

  test('what was decided is still there when the page is opened anew', async () => {
    const page = await Page.open(server, '#/needs/fx:n0002');
    await page.at.waitForSelector('.match.accept');
    await page.at.click('.pages button');
    await page.counts('.match.reject', 1);
    await page.close();
  });

  test('leaving the page sends what was not taken back', async () => {
    const page = await Page.open(server, '#/needs/fx:n0003');
    await page.at.locator('.match .accept').first().click();
    await page.at.goto('about:blank');
    await soon(async () => assert.equal((await verdicts('fx:n0003')).length, 1));
    await page.close();
  });

  test('keys do nothing while one types, and nothing at all when switched off', async () => {
    const page = await Page.open(server, '#/needs/fx:n0004');
    await page.at.evaluate(() => localStorage.setItem('qiao.shortcuts', 'off'));
    for (const key of ['j', 'a', 'r', 's', '?']) await page.at.keyboard.press(key);
    await page.rest();
    await page.counts('.toast, dialog', 0);
    await page.close();
  });

  test('a verdict that the service refuses is taken back and told', async () => {
    const page = await Page.open(server, '#/needs/fx:n0005', { alone: true });
    await page.at.clock.install();
    await page.at.route('**/feedback', (route) => (route.request().method() === 'PUT' ? route.fulfill({ status: 507, contentType: 'application/problem+json', body: '{"title":"没有空间","detail":"磁盘已满"}' }) : route.continue()));
    await page.at.locator('.match .accept').first().click();
    await page.at.clock.runFor(11000);
    await page.at.waitForSelector('.toast.failed');
    await page.reads('.toast.failed', /磁盘已满/);
    await page.counts('.match.accept', 0);
    await page.close([/507/]);
  });

  test('filters narrow the matches; policy can be left out of the score', async () => {
    const page = await Page.open(server, '#/needs/fx:n0001');
    const first = await page.at.textContent('.match h2');
    const japanese = page.at.locator('.filters label:has-text("日本")');
    const { facets } = (await server.get('/v1/search?side=projects&limit=1&facets=country')).json;
    assert.equal(await japanese.locator('.count').textContent(), String(facets.country.find((one) => one.value === 'JP').count), 'as many as the catalogue has');
    await japanese.click();
    await soon(async () => assert.notEqual(await page.at.textContent('.match h2'), first));
    await page.rest();
    assert.ok((await page.at.locator('.match .facts').allTextContents()).every((text) => text.includes('日本')));
    await page.at.click('.policy-switch');
    await page.rest();
    await page.leadsTo(/policy=false/);
    await page.close();
  });

  test('why not: each with its rule and what would change it', async () => {
    const page = await Page.open(server, '#/needs/fx:n0001?view=excluded');
    const rows = await page.at.locator('.kept-out .hit').allTextContents();
    assert.ok(rows.length > 0);
    assert.ok(rows.some((text) => /机构类型不被接受/.test(text) && /将排第 \d+ 位/.test(text)), rows[0]);
    await page.close();
  });

  test('a need that is not there is told', async () => {
    const page = await Page.open(server, '#/needs/fx:none');
    await page.reads('.note.bad', /fx:none/);
    await page.close([/404/]);
  });
});
