// What the tests of the staff page share: a service over the fixtures, a browser, and pages that note whatever should not happen: a breach of the
// content policy, an error in the console, a request to another host.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fixtures, run, Server, sleep, source, temporary } from '../api/harness.mjs';

// Waits until a check holds: what a key, a click or an answer changes is drawn, stored or sent a moment later, on a busy machine much later.
export async function soon(check) {
  for (const end = Date.now() + 20000; ; await sleep(50)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

// In the page: does nothing happen any more? Counted by the page's own frames and timers, so that a busy machine only makes it slower: a timer of the page
// that was set before is due before ours, and drawing, effects and the question that follows them are done after so many frames.
async function isQuiet() {
  const { asked } = window.qiaoQuestions;
  const frames = async (count) => {
    for (let i = 0; i < count; i++) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  };
  await frames(2);
  await new Promise((done) => setTimeout(done, 200)); // longer than the search box waits
  await frames(6);
  const { asked: since, waiting } = window.qiaoQuestions;
  return since === asked && waiting === 0 && !document.querySelector('.boot, .loading, [aria-busy="true"]');
}

// In the page, before anything else runs: breaches of the content policy are told, questions to the service are counted.
function watchPage(secret) {
  if (secret) sessionStorage.setItem('qiao.key', secret);
  addEventListener('securitypolicyviolation', (event) => console.error(`content policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  const questions = (window.qiaoQuestions = { asked: 0, waiting: 0 });
  const ask = window.fetch;
  window.fetch = async (...what) => {
    questions.asked++;
    questions.waiting++;
    try {
      return await ask(...what);
    } finally {
      questions.waiting--;
    }
  };
}

const require = createRequire(path.join(source, 'build/dependencies/web-tests/package.json'));
const { chromium } = require('playwright-core');
const { AxeBuilder } = require('@axe-core/playwright');

export const languages = ['zh-CN', 'en'];
const browserPath = process.env.QIAO_CHROMIUM ?? '/usr/bin/chromium';

// Contexts that nobody uses now, by what they were made with: what a page left in its storage is gone, what it loaded is not loaded anew.
const resting = new Map();

let browser;
export async function openBrowser() {
  browser = await chromium.launch({ executablePath: browserPath, args: ['--disable-gpu', '--disable-software-rasterizer', ...(process.getuid() === 0 ? ['--no-sandbox'] : [])] });
  return browser;
}
export const closeBrowser = () => browser.close();

let plain; // data of the fixtures alone, made once
export const removeData = () => plain && fs.rmSync(plain, { recursive: true });

// A folder of data made of the fixtures and of further records; the caller removes it.
export function makeData(records = []) {
  const data = temporary('web');
  if (records.length === 0 && plain) {
    fs.cpSync(plain, data, { recursive: true });
    return data;
  }
  const more = path.join(data, 'more.ndjson');
  fs.writeFileSync(more, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  run('qiao-indexer', 'import', '--data', data, ...fixtures('projects'), ...fixtures('needs'), ...(records.length > 0 ? [more] : []));
  run('qiao-indexer', 'build', '--data', data);
  if (records.length > 0) return data;
  plain = data;
  return makeData();
}

export async function serve(data, options = []) {
  const server = await Server.start('qiao-api', data, options);
  assert.ok(server.port > 0, `the service did not begin: ${server.stderr}`);
  return server;
}

// A page of the browser, alone in its context. address: null = nowhere yet. faults: what should not have happened so far. alone: the context is of no use to later pages, as with
// a clock that was put in.
export class Page {
  static async open(server, address = '#/', { lang = 'zh-CN', width = 1280, height = 900, scale = 1, key, alone = Boolean(key), settle = true, ...options } = {}) {
    const page = new Page();
    page.server = server;
    page.root = `http://127.0.0.1:${server.port}/web/`;
    page.faults = [];
    page.pending = new Set();
    page.kind = JSON.stringify([lang, scale, options]);
    page.alone = alone;
    page.context = (!alone && resting.get(page.kind)?.pop()) || (await browser.newContext({ locale: lang, viewport: { width, height }, deviceScaleFactor: scale, reducedMotion: 'reduce', ...options }));
    page.at = await page.context.newPage();
    await page.at.setViewportSize({ width, height });
    await page.at.addInitScript(watchPage, key);
    page.at.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.faults.push(`${message.type()}: ${message.text()}`));
    page.at.on('pageerror', (error) => page.faults.push(`exception: ${error.stack}`));
    page.at.on('request', (request) => new URL(request.url()).host !== new URL(page.root).host && !request.url().startsWith('data:') && page.faults.push(`asks another host: ${request.url()}`));
    page.at.on('request', (request) => page.pending.add(request));
    for (const end of ['requestfinished', 'requestfailed']) page.at.on(end, (request) => page.pending.delete(request));
    if (address !== null) await page.at.goto(page.root + address);
    if (address !== null && settle) await page.rest();
    return page;
  }

  async go(address) {
    await this.at.goto(this.root + address);
    await this.rest();
  }

  // Until nothing is loading, asked or drawn any more.
  async rest() {
    await soon(async () => assert.ok(this.pending.size === 0 && (await this.at.evaluate(isQuiet)), `the page does not come to rest: ${[...this.pending].map((request) => request.url()).join(' ')}`));
  }

  // Until there are so many of them.
  counts(selector, number) {
    return soon(async () => assert.equal(await this.at.locator(selector).count(), number, selector));
  }

  // Until the first of them reads so.
  reads(selector, expected) {
    return soon(async () => {
      const text = await this.at.locator(selector).first().textContent({ timeout: 1000 });
      if (expected instanceof RegExp) assert.match(text, expected);
      else assert.equal(text, expected);
    });
  }

  // Until the field holds that.
  holds(selector, expected) {
    return soon(async () => {
      const value = await this.at.locator(selector).first().inputValue({ timeout: 1000 });
      if (expected instanceof RegExp) assert.match(value, expected);
      else assert.equal(value, expected);
    });
  }

  // Until the address matches.
  leadsTo(pattern) {
    return soon(() => assert.match(this.at.url(), pattern));
  }

  // expected: faults that a test causes on purpose, such as the console's line for an answer of 404.
  async close(expected = []) {
    if (this.alone) await this.context.close();
    else await this.rests();
    assert.deepEqual(this.faults.filter((fault) => !expected.some((pattern) => pattern.test(fault))), []);
  }

  async rests() {
    await this.at.evaluate(() => localStorage.clear()).catch(() => {}); // a page that led elsewhere has none of ours
    await this.at.close({ runBeforeUnload: false });
    resting.set(this.kind, [...(resting.get(this.kind) ?? []), this.context]);
  }

  async assertAccessible(what) {
    const { violations } = await new AxeBuilder({ page: this.at }).setLegacyMode(true).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    assert.deepEqual(violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join(' | ')}`), [], what);
  }

  // Nothing is wider than the window, so that nobody scrolls sideways to read.
  async assertNoSideScroll(what) {
    const wide = await this.at.evaluate(() => {
      const limit = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= limit) return [];
      return [...document.querySelectorAll('body *')].filter((node) => node.getBoundingClientRect().right > limit + 1).map((node) => node.outerHTML.slice(0, 120));
    });
    assert.deepEqual(wide, [], what);
  }

  // For people to look at; kept where QIAO_SCREENSHOTS names a folder.
  async picture(name, options = {}) {
    if (!process.env.QIAO_SCREENSHOTS) return;
    fs.mkdirSync(process.env.QIAO_SCREENSHOTS, { recursive: true });
    await this.at.screenshot({ path: path.join(process.env.QIAO_SCREENSHOTS, `${name}.png`), ...options });
  }
}
