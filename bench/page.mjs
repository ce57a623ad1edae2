// See page.sh.
import { Page, closeBrowser, openBrowser, serve } from '../tests/web/harness.mjs';

const [data, rounds] = [process.argv[2], Number(process.argv[3])];
const words = ['固态电池', '传感器', 'hydrogen', '机器人', 'catalyst', '激光', '抗体', '轴承', 'drone'];
const median = (values) => Math.round([...values].sort((a, b) => a - b)[values.length >> 1]);

await openBrowser();
const server = await serve(data);
const { id } = (await server.get('/v1/search?side=needs&limit=1')).json.hits[0];
const times = { first_view_ms: [], key_to_results_ms: [], matches_ms: [] };
let bytes = 0;
for (let round = 0; round < rounds; round++) {
  let begin = performance.now();
  const page = await Page.open(server, '#/search?side=projects', { settle: false });
  await page.at.waitForSelector('.hit');
  times.first_view_ms.push(performance.now() - begin);
  bytes = await page.at.evaluate(() => performance.getEntries().reduce((sum, entry) => sum + (entry.encodedBodySize ?? 0), 0));
  await page.rest();

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
console.log(JSON.stringify({ page: Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)])), rounds, first_view_bytes: bytes }));
