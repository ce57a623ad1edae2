// qiao-indexer harvest against a server on 127.0.0.1 that serves OAI-PMH and JSON pages and misbehaves on demand. What every case checks: the exit code, what
// the report counts, and how often the server was asked for each page.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';

const program = path.join(process.env.QIAO_TEST_BUILD, 'bin', 'qiao-indexer');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'harvest-'));
let mischief = () => false; // (request, response, page) => true where it answered
let seen = [];              // pages asked for, in order
let requests = [];          // [url, headers, body]

const PAGES = 6, SIZE = 5;

const oaiRecord = (n) => n % SIZE === 3
  ? `<record><header status="deleted"><identifier>oai:test:${n}</identifier><datestamp>2026-02-01</datestamp></header></record>`
  : `<record><header><identifier>oai:test:${n}</identifier><datestamp>2026-02-01T10:00:00Z</datestamp></header><metadata>
     <oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">
     <dc:title>Ceramic separator no. ${n} &amp; its coating</dc:title><dc:subject>ceramics</dc:subject><dc:subject>batteries</dc:subject>
     <dc:description>A film that ions pass.</dc:description></oai_dc:dc></metadata></record>`;
const oai = (inner) => `<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
  <responseDate>2026-03-01T08:00:00Z</responseDate><request verb="ListRecords">x</request>${inner}</OAI-PMH>`;
const oaiPage = (page) => oai(`<ListRecords>${Array.from({ length: SIZE }, (_, i) => oaiRecord(page * SIZE + i)).join('')}
  <resumptionToken>${page + 1 < PAGES ? `t/${page + 1}=&amp;` : ''}</resumptionToken></ListRecords>`);
const jsonRecord = (n) => ({ osti_id: `${n}`, title: `Membrane no. ${n}`, description: '<p>Thin &lt;5 &micro;m film</p>', entry_date: '2026-02-01T11:00:26Z' });

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const url = new URL(request.url, 'http://host');
    const token = url.searchParams.get('resumptionToken');
    const page = token ? Number(token.slice(2, -2)) : Number(url.searchParams.get('page') ?? 1) - (url.pathname === '/oai' ? 1 : 0);

    seen.push(page);
    requests.push([request.url, request.headers, Buffer.concat(chunks).toString()]);
    if (mischief(request, response, page)) return;
    if (url.pathname === '/oai') {
      const body = url.searchParams.get('from') ? oai('<error code="noRecordsMatch"/>') : oaiPage(page);
      response.writeHead(200, { 'content-type': 'text/xml', 'content-encoding': 'gzip' });
      response.end(zlib.gzipSync(body));
    } else {
      const rows = Number(url.searchParams.get('rows') ?? 100);
      const count = page < 3 ? rows : 7;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(Array.from({ length: count }, (_, i) => jsonRecord((page - 1) * rows + i))));
    }
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = `http://127.0.0.1:${server.address().port}`;
let count = 0;

const folder = () => path.join(work, `data-${count++}`);
function start(data, ...args) {
  const child = spawn(program, ['--lang', 'en', 'harvest', '--data', data, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '', err = '';
  child.stdout.on('data', (text) => { out += text; });
  child.stderr.on('data', (text) => { err += text; });
  child.result = new Promise((resolve) => child.on('close', (code, signal) => {
    let report = null;
    try { report = JSON.parse(out.trim().split('\n').at(-1)); } catch { /* no report: a case that expects one fails */ }
    resolve({ code, signal, out, err, report });
  }));
  return child;
}
const fast = path.join(work, 'oai.json'); // the shipped map without its courtesy of three seconds
const shipped = JSON.parse(fs.readFileSync(path.join(process.env.QIAO_TEST_SOURCE, 'indexer/harvest/feeds/oai_dc.json'), 'utf8'));
shipped.harvest.interval_ms = 0;
fs.writeFileSync(fast, JSON.stringify(shipped));
const harvest = (data, ...args) => start(data, '--feed', fast, '--source', 'test', '--url', `${base}/oai`, '--allow-private', '--json', ...args).result;
const good = () => { mischief = () => false; seen = []; requests = []; };
const once = (page, act) => {
  let left = 1;
  good();
  mischief = (request, response, asked) => asked === page && left-- > 0 && (act(request, response), true);
};
const all = [0, 1, 2, 3, 4, 5];

test.after(() => { server.close(); server.closeAllConnections(); fs.rmSync(work, { recursive: true, force: true }); });

test('a list is followed by its tokens to the end, the next harvest asks from the day of the first', async () => {
  const data = folder();
  good();
  const first = await harvest(data);
  assert.equal(first.code, 0, first.err);
  assert.deepEqual([first.report.pages, first.report.new, first.report.complete], [6, 24, true]);
  assert.deepEqual(seen, all);
  good();
  const second = await harvest(data);
  assert.deepEqual([second.code, second.report.read, second.report.complete], [0, 0, true], second.err);
  assert.match(requests[0][0], /from=2026-03-01$/);
});

test('the preset needs no file', async () => {
  good();
  const result = await start(folder(), '--preset', 'oai_dc', '--url', `${base}/oai`, '--source', 'test', '--allow-private', '--json', '--max-pages', '1').result;
  assert.deepEqual([result.code, result.report.new, result.report.complete], [0, 4, false], result.err);
});

test('records that the source withdraws are removed', async () => {
  const data = folder();
  const before = path.join(work, 'before.ndjson');
  fs.writeFileSync(before, JSON.stringify({ kind: 'project', id: 'oai:test:3', title: { en: 'Withdrawn later' } }) + '\n');
  const child = spawn(program, ['import', '--data', data, '--quiet', before], { stdio: 'ignore' });
  await new Promise((resolve) => child.on('close', resolve));
  good();
  const result = await harvest(data);
  assert.deepEqual([result.code, result.report.withdrawn], [0, 1], result.err);
});

test('503 with Retry-After is waited for', async () => {
  once(2, (request, response) => response.writeHead(503, { 'retry-after': '2' }).end());
  const started = Date.now();
  const result = await harvest(folder());
  assert.deepEqual([result.code, result.report.new, result.report.requests], [0, 24, 7], result.err);
  assert.ok(Date.now() - started >= 2000, 'asked again before the source allowed it');
});

test('an answer that is cut off is asked for again', async () => {
  once(3, (request, response) => {
    const body = oaiPage(3);
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) });
    response.write(body.slice(0, 300));
    setTimeout(() => request.socket.destroy(), 50);
  });
  const result = await harvest(folder());
  assert.deepEqual([result.code, result.report.new, result.report.requests], [0, 24, 7], result.err);
});

test('broken XML ends the run with the page named, and only that page is asked for again', async () => {
  const data = folder();
  once(4, (request, response) => response.writeHead(200).end(oaiPage(4).replace('</metadata>', '')));
  const result = await harvest(data);
  assert.deepEqual([result.code, result.report.pages], [1, 4], result.err);
  assert.match(result.err, /XML is broken/);
  assert.ok(fs.readdirSync(path.join(data, 'archive/test')).some((name) => name.endsWith('.broken')));
  good();
  const again = await harvest(data);
  assert.deepEqual([again.code, again.report.complete, seen], [0, true, [4, 5]], again.err);
});

test('a token that the source forgot begins the list anew, once', async () => {
  once(3, (request, response) => response.writeHead(200).end(oai('<error code="badResumptionToken">unknown</error>')));
  const result = await harvest(folder());
  assert.deepEqual([result.code, result.report.complete, result.report.new], [0, true, 24], result.err);
  assert.deepEqual(seen, [0, 1, 2, 3, ...all]);
});

test('redirects without end, answers over the cap and bombs are refused', async () => {
  good();
  mischief = (request, response) => { response.writeHead(302, { location: `${base}/oai?again=${seen.length}` }).end(); return true; };
  const looping = await harvest(folder());
  assert.deepEqual([looping.code, looping.report.pages], [4, 0]);
  good();
  mischief = (request, response) => { response.writeHead(200).end('x'.repeat(10 << 20)); return true; };
  const large = await harvest(folder(), '--max-page', '1M');
  assert.equal(large.code, 1);
  assert.match(large.err, /larger than allowed/);
  good();
  mischief = (request, response) => { response.writeHead(200, { 'content-encoding': 'gzip' }).end(zlib.gzipSync(Buffer.alloc(100 << 20))); return true; };
  const bomb = await harvest(folder(), '--max-page', '1M');
  assert.equal(bomb.code, 1);
  assert.match(bomb.err, /larger than allowed/);
});

test('an address of the own network is refused unless it is allowed', async () => {
  good();
  const result = await start(folder(), '--preset', 'oai_dc', '--url', `${base}/oai`, '--json').result;
  assert.deepEqual([result.code, seen.length], [4, 0]);
});

test('no page is asked for twice by harvests that are killed', async () => {
  const data = folder();
  good();
  let kills = 0, finished = false;
  const slow = (request, response, page) => {
    setTimeout(() => response.writeHead(200).end(oaiPage(page)), 20);
    return true;
  };
  for (let round = 0; !finished && round < 60; round++) {
    const stop = 1 + round % 3; // answers after which the harvest is killed
    let answered = 0;
    let child;
    mischief = (request, response, page) => {
      response.on('finish', () => { if (++answered === stop && kills < 5) setTimeout(() => { if (child.kill('SIGKILL')) kills++; }, 3 + round * 5); });
      return slow(request, response, page);
    };
    child = start(data, '--feed', fast, '--source', 'test', '--url', `${base}/oai`, '--allow-private', '--json');
    const result = await child.result;
    finished = result.code === 0;
    if (result.code !== 0) assert.equal(result.signal, 'SIGKILL', result.err);
  }
  assert.ok(finished && kills > 0, `${kills} kills`);
  // a page whose answer had not reached the disk when the process died is asked for again: once for each kill at most;
  // one that was killed behind the last page begins the list anew
  const last = Math.max(...seen);
  const anew = seen.filter((page, i) => page === 0 && seen[i - 1] === last).length;
  const again = seen.filter((page, i) => i > 0 && page === seen[i - 1]).length;
  assert.equal(seen.length, (1 + anew) * (last + 1) + again, `${seen}`);
  assert.ok(again <= kills, `${seen}`);
  good();
  const replay = await harvest(data, '--replay');
  assert.deepEqual([replay.code, replay.report.unchanged, seen.length], [0, 24 * (1 + anew), 0], replay.err);
});

test('a page on disk is never asked for again, wherever between the page and its state the harvest dies', async () => {
  const data = folder();
  good();
  const two = await harvest(data, '--max-pages', '2');
  assert.deepEqual([two.code, seen], [0, [0, 1]], two.err);
  const archive = path.join(data, 'archive/test');
  const name = fs.readdirSync(archive).find((entry) => entry.endsWith('-000002.zst'));
  // page 3 as a harvest leaves it that dies right behind the archive
  fs.writeFileSync(path.join(archive, name.replace('-000002', '-000003')), zstd(oaiPage(2)));
  good();
  const rest = await harvest(data);
  assert.deepEqual([rest.code, rest.report.complete, rest.report.pages, seen], [0, true, 4, [3, 4, 5]], rest.err);
});

test('pages are counted to the first that is not full; markup becomes text', async () => {
  const data = folder();
  good();
  const args = ['--preset', 'osti', '--url', `${base}/osti`, '--allow-private'];
  const result = await start(data, ...args, '--json', '--contact', 'staff@example.org').result;
  assert.deepEqual([result.code, result.report.new, seen], [0, 207, [1, 2, 3]], result.err);
  assert.equal(requests[0][1].from, 'staff@example.org');
  const look = await start(data, ...args, '--dry-run').result;
  assert.equal(look.code, 0, look.err);
  assert.equal(look.out.trim().split('\n').length, 10);
  assert.match(look.out, /"summary":\{"en":"Thin <5 µm film"\}/);
});

// A small answer of each source, written for this test, and the record that comes of it.
const answers = {
  oai_dc: [oai(`<ListRecords>${oaiRecord(4)}</ListRecords>`),
    { id: 'oai:test:4', kind: 'project', source: 'oai_dc', title: { en: 'Ceramic separator no. 4 & its coating' }, summary: { en: 'A film that ions pass.' },
      keywords: ['ceramics', 'batteries'], updated_at: '2026-02-01T10:00:00Z' }],
  hal: [{ response: { docs: [{ halId_s: 'hal-1', title_s: ['Electrolyte'], fr_title_s: ['Électrolyte'], abstract_s: ['Dense.'], keyword_s: ['a', 'b'] }] } },
    { id: 'hal:hal-1', kind: 'project', title: { en: 'Electrolyte', fr: 'Électrolyte' }, summary: { en: 'Dense.' }, keywords: ['a', 'b'] }],
  osti: [[{ osti_id: '7', title: 'Cell &amp; stack', description: 'CO<sub>2</sub>', publication_date: '2026-02-03T00:00:00Z' }],
    { id: 'osti:7', kind: 'project', country: 'US', title: { en: 'Cell & stack' }, summary: { en: 'CO2' }, published_at: '2026-02-03T00:00:00Z' }],
  nih_reporter: [{ results: [{ appl_id: 12345678, project_title: 'Assay', abstract_text: '', phr_text: 'Fast.', pref_terms: 'A;B', organization: { org_name: 'UNIVERSITY X' } }] },
    { id: 'nih_reporter:12345678', kind: 'project', country: 'US', title: { en: 'Assay' }, summary: { en: 'Fast.' }, keywords: ['A', 'B'], org_name: { en: 'UNIVERSITY X' } }],
  ukri_gtr: [{ results: [{ projectComposition: { project: { id: 'A-1', title: 'Centre', abstractText: null, fund: { start: 1317423600000 } }, leadResearchOrganisation: { name: 'C' } } }] },
    { id: 'ukri_gtr:A-1', kind: 'project', country: 'GB', title: { en: 'Centre' }, org_name: { en: 'C' }, published_at: '2011-09-30' }],
  nasa_t2: [[{ _source: { reference_number: 'X-1', title: 'NASA&#039;s liner', abstract: 'a<br>b', trl: '5', center: 'MSC', push_date: '1427958000000' } }],
    { id: 'nasa_t2:X-1', kind: 'project', country: 'US', title: { en: "NASA's liner" }, summary: { en: 'a\nb' }, trl: 5, org_name: { en: 'MSC' }, published_at: '2015-04-02' }],
  nasa_techport: [{ projectId: 17, title: 'T', description: '<p>One</p><p>Two</p>', trlCurrent: 4, lastUpdated: '2026-01-31' },
    { id: 'nasa_techport:17', kind: 'project', country: 'US', title: { en: 'T' }, summary: { en: 'One\nTwo' }, trl: 4, updated_at: '2026-01-31' }],
  sbir_awards: ['Company,Award Title,Agency Tracking Number,Abstract,PI Name\nFirm,Optics,X1,"Small, light",Somebody\n',
    { id: 'sbir_awards:X1', kind: 'project', country: 'US', title: { en: 'Optics' }, summary: { en: 'Small, light' }, org_name: { en: 'Firm' } }],
  een_pod: ['<pod><profile><reference><type>TO</type><external>TODE1</external></reference><datum><submit>2026-02-20T00:00:00</submit></datum><content><title>Laser</title>' +
    '<summary/></content><company><country><key>DE</key></country></company></profile></pod>',
    { id: 'een_pod:TODE1', kind: 'project', title: { en: 'Laser' }, country: 'DE', published_at: '2026-02-20' }],
  cordis: ['id;title;objective;keywords;contentUpdateDate\n101;"Air";"Captures CO2.";"a, b";"2026-03-27 15:10:23"\n',
    { id: 'cordis:101', kind: 'project', title: { en: 'Air' }, summary: { en: 'Captures CO2.' }, keywords: ['a', 'b'], updated_at: '2026-03-27' }],
  zh_need_form: ['需求编号,技术需求名称,机构全称,拟投入资金总额(万元),关键字,需求描述\nZ-1,封装技术,某科技公司,500,封装;薄膜,希望引进成熟工艺\n',
    { id: 'zh_need_form:Z-1', kind: 'need', currency: 'CNY', title: { zh: '封装技术' }, problem: { zh: '希望引进成熟工艺' }, keywords: ['封装', '薄膜'],
      enterprise: { name: { zh: '某科技公司' } }, budget_max: '5000000' }],
};

for (const [preset, [answer, wanted]] of Object.entries(answers))
  test(`the map of ${preset} makes a record of its answer that import takes`, async () => {
    const data = folder();
    good();
    mischief = (request, response) => { response.writeHead(200).end(typeof answer === 'string' ? answer : JSON.stringify(answer)); return true; };
    const args = ['--preset', preset, '--url', `${base}/any`, '--allow-private'];
    const look = await start(data, ...args, '--dry-run').result;
    assert.equal(look.code, 0, look.err);
    assert.deepEqual(JSON.parse(look.out.split('\n')[0]), wanted);
    const result = await start(data, ...args, '--json').result;
    assert.deepEqual([result.code, result.report.new, result.report.refused], [0, 1, 0], result.err);
  });

test('every shipped map is tested here', () => {
  const names = fs.readdirSync(path.join(process.env.QIAO_TEST_SOURCE, 'indexer/harvest/feeds')).map((name) => name.replace('.json', ''));
  assert.deepEqual(names.sort(), Object.keys(answers).sort());
});

test('credentials are sent, and stand in no message', async () => {
  const secret = path.join(work, 'secret');
  fs.writeFileSync(secret, 'Authorization: Bearer s3cr3t\n');
  good();
  mischief = (request, response) => { response.writeHead(403).end(); return true; };
  const result = await harvest(folder(), '--header-file', secret);
  assert.equal(result.code, 1);
  assert.equal(requests[0][1].authorization, 'Bearer s3cr3t');
  assert.doesNotMatch(result.err + result.out, /s3cr3t/);
});

// A frame of zstd whose one block is stored as it is (RFC 8878): magic, descriptor of a single segment with a size of four bytes, size, block header.
function zstd(text) {
  const body = Buffer.from(text);
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);

  head.writeUInt32LE(body.length, 5);
  head.writeUIntLE((body.length << 3) | 1, 9, 3);
  return Buffer.concat([head, body]);
}
