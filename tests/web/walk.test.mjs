// A short walk through all screens of staff: each comes up without a fault, and what is written on the way is kept.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { killLeftOvers } from '../api/harness.mjs';
import { makeData, Page, serve, soon } from './harness.mjs';

let data, server;

describe('a walk through the page', () => {
  before(async () => {
    data = makeData();
    server = await serve(data);
  });
  after(async () => {
    assert.equal(await server.stop(), 0, server.stderr);
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('every screen comes up, an acceptance and a case are kept', async () => {
    const page = await Page.open(server, '#/search?side=projects&q=固态电池');
    await page.at.waitForSelector('.hit');
    await page.go('#/needs/fx:n0001');
    const match = page.at.locator('.match').first();
    await match.locator('.accept').click();
    await match.locator('button:has-text("开始对接")').click();
    await match.locator('.badge:has-text("已开始对接")').waitFor();
    for (const address of ['#/needs/fx:n0001?view=excluded', '#/projects/fx:p0001', '#/pairs/fx:n0001/fx:p0001', '#/queue', '#/cases', '#/shortlists', '#/searches', '#/post', '#/coverage', '#/admin']) {
      await page.go(address);
      assert.ok((await page.at.textContent('main h1')).length > 0, address);
      assert.equal(await page.at.locator('.note.bad').count(), 0, address);
    }
    await page.at.goto('about:blank'); // leaving sends the acceptance
    const { cases } = (await server.get('/v1/cases')).json;
    assert.deepEqual(cases.map((one) => one.need), ['fx:n0001']);
    await soon(async () => {
      const { feedback } = (await server.get('/v1/needs/fx:n0001/feedback')).json;
      assert.deepEqual(feedback.map((one) => [one.project, one.verdict]), [[cases[0].project, 'accept']]);
    });
    await page.close();
  });
});
