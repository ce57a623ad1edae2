// What staff do behind the matches: the queue, cases, shortlists, watched searches, coverage and administration.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { killLeftOvers, run } from '../api/harness.mjs';
import { languages, makeData, Page, serve, soon } from './harness.mjs';

const pair = '/v1/cases/fx:n0001/fx:p0001';
const screens = { queue: '待办', cases: '对接进展', shortlists: '收藏清单', searches: '订阅', coverage: '供需概览', admin: '管理' };

let data, server, list;

const send = (method, target, value) => server.request(method, target, { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) });

describe('the screens of staff', () => {
  before(async () => {
    data = makeData([{ kind: 'need', id: 'late:1', title: { zh: '寻求固态电池硫化物电解质' }, problem: { zh: '需要离子电导率高的固态电解质薄膜。' }, enterprise: { park: 'haidian' }, status: 'published', needed_by: '2020-01-01' }]);
    server = await serve(data);
    for (const status of ['suggested', 'contacted']) await send('PUT', pair, { status, note: '已电话联系 <b>"技术负责人"</b>' });
    list = (await send('POST', '/v1/shortlists', { name: '七月专场', items: [{ need: 'fx:n0001' }, { project: 'fx:p0001', note: '=先看样品' }] })).json.id;
    await send('POST', '/v1/searches', { name: '固态电池', q: '固态电池' });
  });
  after(async () => {
    await server.stop();
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('are accessible in both languages, and fit a narrow window', async () => {
    for (const lang of languages) {
      const page = await Page.open(server, '#/', { lang });
      for (const name of [...Object.keys(screens), `shortlists/${list}`]) {
        await page.at.setViewportSize({ width: 1280, height: 900 });
        await page.go(`#/${name}`);
        if (lang === 'zh-CN' && screens[name]) await page.reads('main h1', screens[name]);
        await page.assertAccessible(`${name} ${lang}`);
        await page.picture(`staff-${name.split('/').join('-').slice(0, 20)}-${lang}`, { fullPage: true });
        await page.at.setViewportSize({ width: 320, height: 256 });
        await page.assertNoSideScroll(`${name} ${lang} at 320 px`);
      }
      await page.close();
    }
  });

  test('a case is begun from a pair, moved with a note, and its history kept', async () => {
    const page = await Page.open(server, '#/pairs/fx:n0002/fx:p0002');
    await page.at.click('text=开始对接');
    await page.at.click('text=查看对接');
    await page.rest();
    const card = page.at.locator('.column', { hasText: '已推荐' }).locator('.case').first();
    await card.locator('button').click();
    await page.at.waitForSelector('dialog select');
    await page.rest();
    await page.assertAccessible('dialog of a case');
    await page.at.selectOption('dialog select', 'contacted');
    await page.at.fill('dialog label:has-text("企业可见") textarea', '约定周三视频会议');
    await page.at.fill('dialog label:has-text("仅平台可见") textarea', '对方报价偏高');
    await page.at.click('dialog button[type=submit]');
    await soon(async () => {
      const told = (await server.get('/v1/cases/fx:n0002/fx:p0002/history')).json.history;
      assert.deepEqual(told.map((step) => [step.status, step.note ?? null, step.internal_note ?? null]), [['contacted', '约定周三视频会议', '对方报价偏高'], ['suggested', null, null]]);
    });
    await page.at.locator('.column', { hasText: '已联系' }).locator('.case:has-text("对方报价偏高")').waitFor();
    await page.close();
  });

  test('a note of a shortlist is kept, and exports come as files', async () => {
    const page = await Page.open(server, `#/shortlists/${list}`);
    await page.at.locator('.note-line input').nth(1).fill('请先寄样品');
    await page.at.click('.note-line button');
    await soon(async () => assert.equal((await server.get(`/v1/shortlists/${list}`)).json.items[1].note, '请先寄样品'));
    await page.rest();
    for (const [label, ending] of [['导出 Excel', 'xlsx'], ['导出 CSV', 'csv']]) {
      const [download] = await Promise.all([page.at.waitForEvent('download'), page.at.click(`text=${label}`)]);
      assert.ok(download.suggestedFilename().endsWith(ending), download.suggestedFilename());
      assert.ok(fs.statSync(await download.path()).size > 60);
    }
    await page.close();
  });

  test('a search is watched from the search page', async () => {
    const page = await Page.open(server, '#/search?side=projects&q=perovskite&field=energy');
    await page.at.click('text=订阅此检索');
    await soon(async () => {
      const kept = (await server.get('/v1/searches')).json.searches.find((one) => one.q === 'perovskite');
      assert.deepEqual([kept?.side, kept?.filters], ['projects', { field: ['energy'] }]);
    });
    await page.close();
  });

  test('weights show what they change before they are kept for the next build', async () => {
    const page = await Page.open(server, '#/admin');
    await page.at.fill('[aria-label="技术领域 企业侧得分"]', '600');
    await page.at.click('text=预览影响');
    await page.at.waitForSelector('.preview', { state: 'attached' });
    await page.at.fill('[placeholder="2026-12-01"]', 'trial-1');
    await page.at.click('text=下次更新采用');
    await soon(async () => {
      const { next } = (await server.get('/v1/profiles')).json;
      assert.deepEqual([next?.profile.version, next?.profile.weights.field[0]], ['trial-1', 600]);
    });
    await page.close();
  });

  // Heights of the bars of a chart in pixels, from left to right: columns of the page's own colour, of which the tallest stands in the midst of its bar.
  const heights = (page) =>
    page.at.locator('.bar-chart canvas').evaluate((canvas) => {
      const probe = document.createElement('i');
      probe.style.color = 'var(--accent)';
      document.body.append(probe);
      const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g).map(Number);
      probe.remove();
      const { data, width, height } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const columns = Array.from({ length: width }, (_, x) => Array.from({ length: height }, (__, y) => 4 * (y * width + x)).filter((at) => data[at] === r && data[at + 1] === g && data[at + 2] === b).length);
      return columns.reduce((bars, tall, x) => {
        if (tall > 0 && !(columns[x - 1] > 0)) bars.push(0);
        if (tall > 0) bars[bars.length - 1] = Math.max(bars[bars.length - 1], tall);
        return bars;
      }, []);
    });

  test('months and countries stand as bars beside their table, with the same numbers', async () => {
    const page = await Page.open(server, '#/');
    for (const [by, figure] of [['month', 'supply'], ['country', 'supply']]) {
      await page.go(`#/coverage?by=${by}&figure=${figure}`);
      const { rows } = (await server.get(`/v1/reports/monitoring?by=${by}`)).json;
      const known = rows.filter((row) => row.code);
      const counts = by === 'month' ? known.map((row) => row.figures[figure]) : known.map((row) => row.figures[figure]).sort((x, y) => y - x).slice(0, 20);
      const most = Math.max(...counts);
      await soon(async () => {
        const found = await heights(page);
        const seen = counts.filter((count) => count > 0);
        assert.equal(found.length, seen.length, found.join());
        seen.forEach((count, i) => assert.ok(Math.abs(found[i] - (Math.max(...found) * count) / most) <= 2, `${i}: ${found[i]} pixels for ${count}`));
      });
      const told = await page.at.locator('.bar-chart [role=img]').getAttribute('aria-label');
      assert.deepEqual(told.split(': ')[1].split(', ').map((one) => one.split(' ').pop()), counts.map(String));
      assert.equal(await page.at.locator('.counts tbody tr').count(), rows.length);
      await page.assertAccessible(`a chart by ${by}`);
      await page.at.setViewportSize({ width: 320, height: 640 });
      await page.assertNoSideScroll(`a chart by ${by} at 320 px`);
      await page.at.setViewportSize({ width: 1280, height: 900 });
    }
    await page.close();
  });

  test('without the chart library the table stands alone', async () => {
    const page = await Page.open(server, '#/', { alone: true });
    await page.at.route('**/vendor/uplot.js', (route) => route.fulfill({ status: 404 }));
    await page.go('#/coverage?by=month&figure=supply');
    await page.counts('.bar-chart', 0);
    await page.at.waitForSelector('.counts tbody tr');
    await page.close([/404/]);
  });

  test('countries of the scouting list come in the order of the service', async () => {
    const page = await Page.open(server, '#/coverage');
    const { countries } = (await server.get('/v1/reports/scouting')).json;
    assert.ok(countries[0].of_linked_parks >= countries[1].of_linked_parks);
    assert.deepEqual(await page.at.locator('section[aria-label="海外联络机构寻访清单"] summary b').allTextContents(), countries.slice(0, 12).map((one) => one.zh));
    await page.close();
  });

  test('a cell of the gaps leads to its records', async () => {
    const page = await Page.open(server, '#/coverage');
    const cell = page.at.locator('.heat td a').first();
    await soon(async () => assert.match(await cell.getAttribute('href'), /#\/search\?side=needs.*field=/));
    await page.close();
  });
});

describe('keys of access', () => {
  test('are made, shown once, listed without their secret, and revoked', async () => {
    const folder = makeData();
    const secret = run('qiao-api', 'key', 'create', '--data', folder, '--role', 'staff').trim().split('\n').pop();
    const guarded = await serve(folder);
    const page = await Page.open(guarded, '#/admin', { key: secret });
    await page.at.click('summary:has-text("发放密钥")');
    await page.at.fill('form.pairs-of-fields input[required]', '北辰储能');
    await page.at.click('form.pairs-of-fields button[type=submit]');
    await page.holds('dialog .secret', /./);
    const made = await page.at.inputValue('dialog .secret');
    await page.assertAccessible('a key that was made');
    await page.at.keyboard.press('Escape');
    await page.counts('dialog', 0);
    assert.ok(!(await page.at.content()).includes(made));
    const row = page.at.locator('tr', { hasText: '北辰储能' });
    await row.locator('button').click();
    await page.at.click('dialog button.primary');
    await row.locator(':scope:has-text("已吊销")').waitFor();
    await page.close();
    await guarded.stop();
    fs.rmSync(folder, { recursive: true });
  });
  after(killLeftOvers);
});
