// Nights as their operator sees them: what comes in, what is withdrawn, what fails, what the report says, what is removed, who may run beside whom.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { base, done, feeds, manifest, night, readRecords, served, source, startIndexer, work, writeConfig } from './nightly_support.mjs';

test.after(done);

let count = 0;
const folder = () => path.join(work, `data-${count++}`);
const energy = readRecords(path.join(source, 'fixtures/projects/a-energy.ndjson')).slice(0, 12);
const needs = readRecords(path.join(source, 'fixtures/needs/a-energy.ndjson')).slice(0, 6);
const oaiRecord = (id, deleted) => (deleted
  ? `<record><header status="deleted"><identifier>oai:test:${id}</identifier><datestamp>2026-02-01</datestamp></header></record>`
  : `<record><header><identifier>oai:test:${id}</identifier><datestamp>2026-02-01</datestamp></header><metadata>
     <oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
     <dc:title>Zeolite adsorber wheel no. ${id}</dc:title><dc:description>Dries air with waste heat.</dc:description></oai_dc:dc></metadata></record>`);
const oaiList = (...records) => () => `<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
  <responseDate>2026-03-01T08:00:00Z</responseDate><request verb="ListRecords">x</request><ListRecords>${records.join('')}</ListRecords></OAI-PMH>`;
const stage = (report, name) => report.stages.find((done) => done.stage === name);

test('what a source withdraws leaves a tombstone and is gone from the next generation; what did not change is not written again', async () => {
  const data = folder();
  feeds.energy = energy;
  feeds.repository = oaiList(oaiRecord(1), oaiRecord(2));
  const config = writeConfig(['energy', 'repository']);
  const first = await night(data, config).result;
  assert.deepEqual([first.code, first.report.coverage.projects], [0, 14], first.err);
  feeds.energy = energy.map((record, i) => (i === 3 ? { ...record, trl: 4 } : record));
  feeds.repository = oaiList(oaiRecord(1), oaiRecord(2, true));
  const second = await night(data, config).result;
  assert.equal(second.code, 0, second.err);
  const [pages, list] = second.report.feeds;
  assert.deepEqual([pages.new, pages.changed, pages.unchanged, list.unchanged, list.withdrawn], [0, 1, 11, 1, 1]);
  assert.deepEqual([second.report.coverage.projects, second.report.coverage.tombstones], [13, 1]);
  assert.equal(stage(second.report, 'build').result.analysed, 1, 'only the changed record is analysed');
  await served(data, async (get) => {
    assert.equal((await get('/v1/projects/oai:test:2')).status, 404);
    assert.equal((await get('/v1/projects/oai:test:1')).status, 200);
    assert.equal((await get(`/v1/projects/${energy[3].id}`)).body.trl, 4);
    const found = await get('/v1/search?q=zeolite%20adsorber%20wheel');
    assert.deepEqual(found.body.hits.map((hit) => hit.id), ['oai:test:1']);
  });
  const third = await night(data, config).result;
  assert.deepEqual([third.code, stage(third.report, 'build').result.nothing_changed], [0, true], third.err);
  feeds.repository = oaiList(oaiRecord(2));
  const back = await night(data, config).result;
  assert.deepEqual([back.report.feeds[1].new, back.report.coverage.tombstones], [1, 0], 'a record that comes back is new');
});

test('a source that fails keeps no other from coming in, and the report says which and why', async () => {
  const data = folder();
  feeds.energy = energy;
  feeds.needs = [...needs, { kind: 'need', title: { zh: '没有编号' } }];
  const { code, report, err } = await night(data, writeConfig(['energy', 'gone', 'needs'])).result;
  assert.equal(code, 3, err);
  assert.deepEqual(report.feeds.map((feed) => [feed.source, feed.exit_code]), [['energy', 0], ['gone', 1], ['needs', 3]]);
  assert.match(report.feeds[1].message, /404/);
  assert.deepEqual([report.feeds[0].new, report.feeds[2].new, report.feeds[2].refused], [12, 6, 1]);
  assert.deepEqual([report.coverage.projects, report.coverage.needs, manifest(data).generation], [12, 6, 1]);
});

test('sources of one host take turns over the whole night, those of another are asked meanwhile', async () => {
  const data = folder(), http = await import('node:http');
  let inside = 0, most = 0, otherAsked;
  const other = new Promise((resolve) => { otherAsked = resolve; });
  const answer = (request, response) => {
    const url = new URL(request.url, base), page = Number(url.searchParams.get('page'));
    const records = page > 2 ? [] : energy.slice(0, page === 1 ? 40 : 3).map((record, i) => ({ ...record, id: `${url.pathname.slice(1)}:${page}-${i}` }));
    while (page === 1 && records.length < 40) records.push({ ...energy[0], id: `${url.pathname.slice(1)}:more-${records.length}` }); // a full page: there is another
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(records));
  };
  const shared = http.createServer(async (request, response) => {
    most = Math.max(most, ++inside);
    await other; // the first request is only answered once the other host is asked
    setTimeout(() => { inside--; answer(request, response); }, 20);
  });
  const alone = http.createServer((request, response) => { otherAsked(); answer(request, response); });
  for (const server of [shared, alone]) await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const config = writeConfig(['a', 'b', 'c', 'd'], { parallel: 4 }), night1 = JSON.parse(fs.readFileSync(config));
  for (const source of night1.harvest) source.url = `http://127.0.0.1:${(source.source === 'd' ? alone : shared).address().port}/${source.source}`;
  fs.writeFileSync(config, JSON.stringify(night1));
  const { code, report, err } = await night(data, config).result;
  assert.deepEqual([code, report.feeds.map((feed) => feed.new)], [0, [43, 43, 43, 43]], err);
  assert.equal(most, 1, 'two requests to one host at a time');
  for (const server of [shared, alone]) { server.close(); server.closeAllConnections(); }
});

test('the report is written as JSON, Markdown in two languages and HTML, and texts from outside are no markup in it', async () => {
  const data = folder();
  feeds.energy = energy;
  feeds['<b>odd|name'] = undefined;
  const config = path.join(work, 'odd.json');
  const map = JSON.parse(fs.readFileSync(writeConfig(['energy']))).harvest[0];
  fs.writeFileSync(config, JSON.stringify({ harvest: [map, { ...map, url: `${base}/none`, source: '<b>odd|name' }], min_free_mib: 1 }));
  const { code, report } = await night(data, config).result;
  assert.equal(code, 3);
  const names = fs.readdirSync(path.join(data, 'reports')).sort();
  const stem = `nightly-${report.started.replaceAll(/[-:]/g, '')}-1`;
  assert.deepEqual(names, ['last_success.json', `${stem}.en.md`, `${stem}.html`, `${stem}.json`, `${stem}.zh.md`]);
  const read = (ending) => fs.readFileSync(path.join(data, 'reports', stem + ending), 'utf8');
  assert.deepEqual(JSON.parse(read('.json')), report);
  assert.match(read('.zh.md'), /## 数据源/);
  assert.match(read('.en.md'), /\| energy \| done \| 12 \| 12 \|/);
  assert.match(read('.en.md'), /\\<b\\>odd\\\|name/);
  assert.match(read('.html'), /<html lang="zh-CN">/);
  assert.match(read('.html'), /&lt;b&gt;odd\|name/);
  assert.doesNotMatch(read('.html'), /<b>/);
  const life = JSON.parse(fs.readFileSync(path.join(data, 'reports/last_success.json'), 'utf8'));
  assert.deepEqual([life.generation, life.report, life.exit_code], ['gen-0000000001', stem, 3]);
  assert.ok(Number.isInteger(life.unix));
});

test('a second night beside the first is refused by its exit code', async () => {
  const data = folder();
  feeds.slow = energy;
  const config = writeConfig(['slow']);
  let release;
  const held = new Promise((resolve) => { release = resolve; });
  feeds.slow = undefined;
  const waiting = JSON.parse(fs.readFileSync(config));
  const server = (await import('node:http')).createServer(async (request, response) => { await held; response.writeHead(404).end(); });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  waiting.harvest[0].url = `http://127.0.0.1:${server.address().port}/x`;
  fs.writeFileSync(config, JSON.stringify(waiting));
  const asked = new Promise((resolve) => server.once('request', resolve));
  const first = night(data, config);
  await asked;
  const second = await night(data, config).result;
  assert.equal(second.code, 4, second.err);
  assert.match(second.err, /nightly\.lock/);
  release();
  assert.equal((await first.result).code, 1, 'nothing was ever imported: the build fails');
  server.close();
});

test('a stage without room on the disk is refused before it begins, and the next night goes on there', async () => {
  const data = folder();
  feeds.energy = energy;
  const refused = await night(data, writeConfig(['energy'], { min_free_mib: 2 ** 30 })).result;
  assert.equal(refused.code, 4, refused.err);
  assert.match(refused.err, /harvest was not begun: it may need \d+ MiB/);
  assert.equal(refused.report.generation, 0);
  assert.ok(!fs.existsSync(path.join(data, 'reports/last_success.json')), 'no sign of life for a night that did not publish');
  const next = await night(data, writeConfig(['energy'])).result;
  assert.deepEqual([next.code, next.report.resumed, next.report.generation], [0, 1, 1], next.err);
});

test('old generations go, but never the served one nor the one to go back to', async () => {
  const data = folder();
  const generations = () => fs.readdirSync(path.join(data, 'catalog')).filter((name) => name.startsWith('gen-')).map((name) => Number(name.slice(4))).sort();
  const run = async (...args) => { const result = await startIndexer(...args, '--data', data).result; assert.equal(result.code, 0, result.err); return result; };
  const file = path.join(work, 'grow.ndjson');
  for (let i = 1; i <= 5; i++) {
    fs.writeFileSync(file, energy.slice(0, i).map((record) => JSON.stringify(record)).join('\n'));
    await run('import', file);
    await run('build', '--keep', '10');
  }
  await run('rollback', '--to', '3');
  await run('prune', '--keep', '2', '--keep-days', '1');
  assert.deepEqual(generations(), [1, 2, 3, 4, 5], 'all are of today');
  const old = path.join(data, 'rejects', 'old.ndjson');
  fs.mkdirSync(path.dirname(old), { recursive: true });
  fs.writeFileSync(old, '{}\n');
  fs.utimesSync(old, 1e9, 1e9);
  const { report } = await run('prune', '--keep', '2', '--reject-days', '30', '--json');
  assert.deepEqual(report, { generations: 1, reports: 0, pages: 0, rejects: 1 });
  assert.deepEqual(generations(), [2, 3, 4, 5], 'the served one is 3, a rollback serves 2');
});

test('mistakes in the configuration are named before anything is done', async () => {
  const wrong = async (config) => {
    const file = path.join(work, 'wrong.json');
    fs.writeFileSync(file, JSON.stringify(config));
    const result = await night(folder(), file).result;
    assert.equal(result.code, 1);
    return result.err;
  };
  const feed = { preset: 'oai_dc', url: `${base}/x` };
  assert.match(await wrong({ harvest: [{ preset: 'oai_dc', adress: 'x' }] }), /source 1 of harvest: there is no field adress/);
  assert.match(await wrong({ harvest: [feed, feed] }), /sources 1 and 2 of harvest have one name, oai_dc/);
  assert.match(await wrong({ keep: 1 }), /keep must be a whole number from 2 to 1000/);
  assert.match(await wrong({ parallel: 17 }), /parallel must be a whole number from 1 to 16/);
  assert.match(await wrong({ often: 1 }), /there is no field often/);
});
