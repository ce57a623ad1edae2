// Records that mean harm are shown as the text that they are.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { killLeftOvers } from '../api/harness.mjs';
import { makeData, Page, serve } from './harness.mjs';

const attacks = {
  script: '<script>document.title="owned"</script>电解质',
  image: '"><img src=x onerror="document.title=\'owned\'">电解质 <svg onload=alert(1)>',
  formula: '=HYPERLINK("http://example.com/?"&A1,"电解质") {{constructor.constructor("alert(1)")()}} ${alert(1)}',
  bidi: '电解质\u202egnp.exe\u202c \u2066left\u2069 \u200frtl',
  long: `电解质${'x'.repeat(4000)}`,
  arabic: 'إلكتروليت صلب لبطاريات الليثيوم 电解质',
  marks: `电解质${'\u0301'.repeat(400)}`,
};

let data, server;

describe('records that mean harm', () => {
  before(async () => {
    data = makeData(
      Object.entries(attacks).flatMap(([name, text]) => [
        { kind: 'need', id: `x:n-${name}`, title: { zh: text.slice(0, 600) }, problem: { zh: `${text} 固态电解质薄膜` }, status: 'published', keywords: [text.slice(0, 60)] },
        { kind: 'project', id: `x:p-${name}`, title: { en: text.slice(0, 600) }, summary: { en: `${text} ${'y'.repeat(10000)} solid electrolyte 固态电解质` }, status: 'published', org_name: text.slice(0, 100), country: 'DE' },
      ]),
    );
    server = await serve(data);
  });
  after(async () => {
    await server.stop();
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('no markup comes of a text, nothing runs, nothing breaks the page', async () => {
    const page = await Page.open(server, `#/search?side=projects&q=${encodeURIComponent('电解质')}`);
    page.at.on('dialog', (dialog) => page.faults.push(`a dialog: ${dialog.message()}`));
    for (const name of Object.keys(attacks))
      for (const address of [`#/search?side=needs&q=${encodeURIComponent(attacks[name].slice(0, 200))}`, `#/needs/x:n-${name}`, `#/projects/x:p-${name}`, `#/pairs/x:n-${name}/x:p-${name}`]) {
        await page.go(address);
        const state = await page.at.evaluate(() => ({
          title: document.title,
          strange: [...document.querySelectorAll('script, img, svg, iframe, [onload], [onerror]')].filter((node) => !/\/main\.js$/.test(node.getAttribute('src') ?? '')).map((node) => node.outerHTML),
          direction: getComputedStyle(document.documentElement).direction,
          headingRight: document.querySelector('.top').getBoundingClientRect().right <= innerWidth + 1,
        }));
        assert.doesNotMatch(state.title, /^owned/);
        assert.deepEqual([state.strange, state.direction, state.headingRight], [[], 'ltr', true], address);
        await page.assertNoSideScroll(address);
        await page.at.setViewportSize({ width: 320, height: 640 });
        await page.assertNoSideScroll(`${address} at 320 px`);
        await page.at.setViewportSize({ width: 1280, height: 900 });
      }
    await page.close();
  });

  test('a text is shown letter by letter', async () => {
    const page = await Page.open(server, '#/needs/x:n-script');
    assert.equal(await page.at.textContent('h1'), attacks.script);
    await page.close();
  });

  test('an address that means harm is words too', async () => {
    for (const address of ['#/search?q=<img src=x onerror=alert(1)>', "#/search?lang=javascript:alert(1)&q=';alert(1)//", '#/needs/<script>alert(1)</script>', '#/search?page=-1&sort=__proto__&country=constructor']) {
      const page = await Page.open(server, address);
      assert.equal(await page.at.evaluate(() => document.querySelectorAll('main script, main img').length), 0, address);
      await page.close([/40[04]/]);
    }
  });
});
