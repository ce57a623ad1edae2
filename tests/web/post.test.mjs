// A need is written: told what to mend, shown what matches, warned of personal data, posted.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { killLeftOvers } from '../api/harness.mjs';
import { languages, makeData, Page, serve } from './harness.mjs';

let data, server;

describe('posting a need', () => {
  before(async () => {
    data = makeData();
    server = await serve(data);
  });
  after(async () => {
    await server.stop();
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('is accessible in both languages, empty and filled in, and fits a narrow window', async () => {
    for (const lang of languages) {
      const page = await Page.open(server, '#/post', { lang });
      await page.assertAccessible(`empty, ${lang}`);
      await page.at.fill('#post-title', '固态电池');
      await page.at.fill('#post-problem', '请联系 13800138000');
      await page.at.click('.figures > button');
      await page.at.waitForSelector('.note.bad');
      await page.at.waitForSelector('.figure');
      await page.rest();
      await page.assertAccessible(`filled in, ${lang}`);
      await page.picture(`post-${lang}`, { fullPage: true });
      await page.at.setViewportSize({ width: 320, height: 256 });
      await page.assertNoSideScroll(`${lang} at 320 px`);
      await page.close();
    }
  });

  test('what to mend and what matches is told while one writes; nothing is stored before it is posted', async () => {
    const page = await Page.open(server, '#/post');
    await page.at.fill('#post-problem', '寻找室温离子电导率不低于3 mS/cm的硫化物固态电解质薄膜，可卷对卷连续生产');
    await page.at.waitForSelector('.small-matches a');
    await page.at.waitForSelector('.findings li');
    await page.reads('.small-matches', /Argyrodit/);
    await page.reads('.findings', /待补充/);
    assert.deepEqual((await server.get('/v1/needs')).json.needs, []);
    await page.at.reload();
    await page.rest();
    await page.holds('#post-problem', /硫化物/); // the draft is still there
    await page.close();
  });

  test('personal data is warned of, and the warning goes when it is gone', async () => {
    const page = await Page.open(server, '#/post');
    await page.at.fill('#post-title', '电池');
    await page.at.fill('#post-problem', '请联系张先生，电话 13800138000，邮箱 zhang@example.com');
    await page.at.waitForSelector('.note.bad');
    await page.reads('.note.bad', /13800138000/);
    await page.at.fill('#post-problem', '低温下容量下降');
    await page.at.waitForSelector('.note.bad', { state: 'detached' });
    await page.close();
  });

  test('posted: stored as written, and matched at once', async () => {
    const page = await Page.open(server, '#/post');
    await page.at.fill('#post-title', '硫化物固态电解质薄膜连续制备');
    await page.at.fill('#post-problem', '湿法涂布时溶剂与硫化物反应，离子电导率下降。');
    await page.at.click('.figures > button');
    await page.at.waitForSelector('.figure');
    await page.at.fill('[aria-label="指标名称"]', '室温离子电导率');
    await page.at.fill('[aria-label="数值"]', '3');
    await page.at.fill('[aria-label="单位"]', 'mS/cm');
    await page.at.selectOption('label:has-text("所在分园") select', 'changping');
    await page.at.fill('label:has-text("预算上限") input', '500');
    await page.at.check('label:has-text("合作开发") input');
    await page.at.fill('#post-name', '北辰储能');
    await page.at.click('text=提交需求');
    await page.at.waitForSelector('.match');
    const { id } = (await server.get('/v1/needs')).json.needs[0];
    const record = (await server.get(`/v1/needs/${id}`)).json;
    assert.deepEqual(record.indicators, [{ name: { zh: '室温离子电导率' }, op: '>=', unit: 'mS/cm', value: 3 }]);
    assert.deepEqual([record.title.zh, record.budget_max, record.currency, record.enterprise.park, record.enterprise.confidential, record.coop_modes], ['硫化物固态电解质薄膜连续制备', '5000000', 'CNY', 'changping', true, ['tc_dev_joint']]);
    await page.reads('.matches', /Argyrodit/);
    await page.close();
  });
});
