// See page.sh.
import fs from 'node:fs';
import os from 'node:os';
import { Page, closeBrowser, openBrowser, serve } from '../tests/web/harness.mjs';

const [data, rounds] = [process.argv[2], Number(process.argv[3])];
const words = ['固态电池', '传感器', 'hydrogen', '机器人', 'catalyst', '激光', '抗体', '轴承', 'drone'];
const [load] = os.loadavg();
const prefixes = ['固', '固态', '传感', 'hyd', 'gutai', '机器', 'cat', '激光', 'jqr', '轴'];
const median = (values) => Math.round([...values].sort((a, b) => a - b)[values.length >> 1]);

await openBrowser();
const server = await serve(data);
const [needs, projects] = await Promise.all(['needs', 'projects'].map(async (side) => (await server.get(`/v1/search?side=${side}&limit=1`)).json.total));
const { id } = (await server.get('/v1/search?side=needs&limit=1')).json.hits[0];
const times = { first_view_ms: [], key_to_results_ms: [], matches_ms: [] };
const suggestions = [];
let bytes = 0;
for (let round = 0; round < rounds; round++) {
  const page = await Page.open(server, null, { alone: true }); // the browser is open, and has kept nothing
  let begin = performance.now();
  await page.at.goto(`${page.root}#/search?side=projects`, { waitUntil: 'commit' });
  await page.at.waitForSelector('.hit');
  times.first_view_ms.push(performance.now() - begin);
  bytes = await page.at.evaluate(() => performance.getEntries().reduce((sum, entry) => sum + (entry.encodedBodySize ?? 0), 0));
  await page.rest();

  for (const prefix of prefixes)
    suggestions.push(
      await page.at.evaluate(async (q) => {
        const asked = performance.now();
        await (await fetch(`../v1/suggest?side=projects&q=${encodeURIComponent(q)}`)).json();
        return performance.now() - asked;
      }, prefix),
    );

  const word = words[round % words.length];
  begin = performance.now();
  await page.at.fill('[data-search]', word);
  await page.at.waitForFunction((text) => new URLSearchParams(location.hash.split('?')[1]).get('q') === text && !document.querySelector('[aria-busy=true]') && document.querySelector('.results-head p').textContent, word);
  times.key_to_results_ms.push(performance.now() - begin);

  begin = performance.now();
  await page.at.evaluate((need) => (location.hash = `#/needs/${encodeURIComponent(need)}`), id);
  await page.at.waitForSelector('.match');
  times.matches_ms.push(performance.now() - begin);
  await page.close();
}
await server.stop();
await closeBrowser();
const line = JSON.stringify({
  bench: 'page',
  commit: process.env.BENCH_COMMIT,
  machine: os.cpus()[0].model,
  busy: load > 0.5,
  load: Number(load.toFixed(2)),
  records: { needs, projects },
  rounds,
  ...Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])),
  suggestion_ms: Number([...suggestions].sort((a, b) => a - b)[suggestions.length >> 1].toFixed(1)),
  first_view_bytes: bytes,
});
console.log(line);
fs.appendFileSync(`${process.env.QIAO_TEST_SOURCE}/bench/results/page.jsonl`, `${line}\n`);
