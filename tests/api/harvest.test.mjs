// qiao-indexer harvest against a server on 127.0.0.1 that serves OAI-PMH and JSON pages and misbehaves on demand. What every case checks: the exit code, what
// the report counts, and how often the server was asked for each page.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
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
const noProxy = { no_proxy: '127.0.0.1' }; // whatever the machine's own proxies are

const folder = () => path.join(work, `data-${count++}`);
function start(data, ...args) {
  const child = spawn(program, ['--lang', 'en', 'harvest', '--data', data, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...noProxy, ...process.env } });
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

// The columns of the file of all awards in the order that its dictionary and its users give; no sample of the file itself could be had, so the rows are made.
const SBIR_COLUMNS = ['Company', 'Award Title', 'Agency', 'Branch', 'Phase', 'Program', 'Agency Tracking Number', 'Contract', 'Proposal Award Date', 'Contract End Date',
  'Solicitation Number', 'Solicitation Year', 'Solicitation Close Date', 'Proposal Receipt Date', 'Date of Notification', 'Topic Code', 'Award Year', 'Award Amount', 'UEI', 'Duns',
  'HUBZone Owned', 'Socially and Economically Disadvantaged', 'Woman Owned', 'Number Employees', 'Company Website', 'Address1', 'Address2', 'City', 'State', 'Zip', 'Abstract',
  'Contact Name', 'Contact Title', 'Contact Phone', 'Contact Email', 'PI Name', 'PI Title', 'PI Phone', 'PI Email', 'RI Name', 'RI POC Name', 'RI POC Phone'];

test('the file of all SBIR awards is read in its documented layout: 42 columns, line breaks and quotes in abstracts, two forms of dates, no names of people', async () => {
  const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const row = (values) => SBIR_COLUMNS.map((column) => cell(values[column] ?? '')).join(',');
  const person = { 'Contact Name': 'Ann Example', 'Contact Email': 'ann@firm.example', 'Contact Phone': '555-0100', 'PI Name': 'Bob Example', 'PI Email': 'bob@firm.example', 'RI POC Name': 'Cy Example' };
  const file = [SBIR_COLUMNS.join(','),
    row({ ...person, Company: 'Firm, Inc.', 'Award Title': 'A "quiet" rotor', Agency: 'Department of Defense', Branch: 'Navy', Phase: 'Phase I', Program: 'SBIR', 'Agency Tracking Number': 'N221-001-0001',
      Contract: 'N00014-22-C-0001', 'Proposal Award Date': '05/15/2022', 'Award Year': '2022', 'Award Amount': '139,999.00', 'HUBZone Owned': 'N', City: 'Austin', State: 'TX', Zip: '78701',
      Abstract: 'First line,\nsecond &amp; last <b>line</b>: "tested".' }),
    row({ ...person, Company: 'Optics LLC', 'Award Title': 'Thin lens', 'Agency Tracking Number': 'X2', 'Proposal Award Date': '2021-08-01', Abstract: 'Light.' }),
    row({ Company: 'Early Works', 'Award Title': 'Awarded before numbers were kept', Contract: 'F33615-85-C-1', 'Award Year': '1985' }), ''].join('\r\n');
  const data = folder();
  good();
  mischief = (request, response) => { response.writeHead(200, { 'content-type': 'text/csv' }).end(file); return true; };
  const args = ['--preset', 'sbir_awards', '--url', `${base}/award_data.csv`, '--allow-private'];
  const look = await start(data, ...args, '--dry-run').result;
  assert.equal(look.code, 0, look.err);
  const lines = look.out.trim().split('\n'), records = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  assert.deepEqual(records.slice(0, 2), [
    { id: 'sbir_awards:N221-001-0001', kind: 'project', country: 'US', title: { en: 'A "quiet" rotor' }, summary: { en: 'First line,\nsecond & last line: "tested".' }, org_name: { en: 'Firm, Inc.' }, published_at: '2022-05-15' },
    { id: 'sbir_awards:X2', kind: 'project', country: 'US', title: { en: 'Thin lens' }, summary: { en: 'Light.' }, org_name: { en: 'Optics LLC' }, published_at: '2021-08-01' }]);
  assert.match(records[2].id, /^sbir_awards:[0-9a-f]{8,}$/);
  assert.ok(lines.includes('not mapped: PI Name') && lines.includes('not mapped: Contact Email'));
  assert.doesNotMatch(records.map((record) => JSON.stringify(record)).join(), /Example|555-0100/);
  const result = await start(data, ...args, '--json').result;
  assert.deepEqual([result.code, result.report.new, result.report.refused], [0, 3, 0], result.err);
});

test('every shipped map is tested here', () => {
  const names = fs.readdirSync(path.join(process.env.QIAO_TEST_SOURCE, 'indexer/harvest/feeds')).map((name) => name.replace('.json', ''));
  assert.deepEqual(names.sort(), Object.keys(answers).sort());
});

test('the last harvest of a source is left for whoever watches the feeds, with when it last went well', async () => {
  const data = folder(), file = path.join(data, 'reports/feeds/test.json');
  const left = () => JSON.parse(fs.readFileSync(file, 'utf8'));
  good();
  assert.equal((await harvest(data)).code, 0);
  const first = left();
  assert.deepEqual([first.feed.source, first.feed.exit_code, first.feed.new, first.feed.message, first.last_success], ['test', 0, 24, null, first.started]);
  mischief = (request, response) => { response.writeHead(403).end(); return true; };
  assert.equal((await harvest(data)).code, 1);
  const second = left();
  assert.deepEqual([second.feed.exit_code, second.last_success], [1, first.started]);
  assert.match(second.feed.message, /HTTP status 403/);
  assert.equal((await harvest(data, '--unrecorded')).code, 1);
  assert.deepEqual(left(), second, 'a run that a night tells of leaves nothing');
  assert.equal((await harvest(data, '--replay')).code, 0);
  assert.deepEqual(left(), second, 'nor does an import of archived pages');
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

// ---- what else a source may do ----

test('a source that stalls is given up and asked again', async () => {
  once(2, (request, response) => { response.writeHead(200); response.write(oaiPage(2).slice(0, 100)); });
  const result = await harvest(folder(), '--max-stall', '1');
  assert.deepEqual([result.code, result.report.new, result.report.requests], [0, 24, 7], result.err);
});

test('an answer longer or shorter than it says is asked for again, or read as far as it says', async () => {
  once(1, (request, response) => { response.writeHead(200, { 'content-length': 100000 }); response.write(oaiPage(1)); setTimeout(() => request.socket.destroy(), 30); });
  const short = await harvest(folder());
  assert.deepEqual([short.code, short.report.new, short.report.requests], [0, 24, 7], short.err);
  good();
  mischief = (request, response, page) => { // more bytes than Content-Length: XML that is cut
    if (page !== 1) return false;
    request.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 120\r\nConnection: close\r\n\r\n${oaiPage(1)}`);
    request.socket.end();
    return true;
  };
  const data = folder();
  const long = await harvest(data);
  assert.deepEqual([long.code, long.report.pages], [1, 1], long.err);
  assert.match(long.err, /XML is broken/);
  good();
  assert.deepEqual([(await harvest(data)).code, seen[0]], [0, 1]);
});

test('429 without Retry-After is waited for longer and longer, and the pauses are the same for the same seed', async () => {
  const pauses = async () => {
    const times = [];
    good();
    mischief = (request, response, page) => { times.push(Date.now()); if (page !== 0 || times.length > 3) return false; response.writeHead(429).end(); return true; };
    const child = start(folder(), '--feed', fast, '--source', 'test', '--url', `${base}/oai`, '--allow-private', '--json', '--max-pages', '1');
    const result = await child.result;
    assert.deepEqual([result.code, result.report.requests], [0, 4], result.err);
    return times.slice(1, 4).map((time, i) => time - times[i]);
  };
  process.env.QIAO_HARVEST_SEED = '7';
  const [first, second] = [await pauses(), await pauses()];
  delete process.env.QIAO_HARVEST_SEED;
  for (const [i, least] of [1000, 2000, 4000].entries()) {
    assert.ok(first[i] >= least, `${first}`);
    assert.ok(Math.abs(first[i] - second[i]) < 450, `${first} against ${second}`); // the same, but for what the machine is slow
  }
});

test('a source that is one file and did not change is not read again', async () => {
  const data = folder(), feed = path.join(work, 'single.json');
  fs.writeFileSync(feed, JSON.stringify({ format: 'csv', harvest: { url: `${base}/file`, interval_ms: 0 }, constants: { kind: 'project' }, fields: { id: 'id', 'title.en': 'title' } }));
  let rows = 30;
  good();
  const serve = (request, response) => {
    const tag = `"v${rows}"`;
    if (request.headers['if-none-match'] === tag) { response.writeHead(304, { etag: tag }).end(); return true; }
    response.writeHead(200, { etag: tag, 'last-modified': 'Sun, 01 Mar 2026 10:00:00 GMT' });
    response.end('id,title\n' + Array.from({ length: rows }, (_, i) => `${i},Title ${i}\n`).join(''));
    return true;
  };
  mischief = serve;
  const args = ['--feed', feed, '--allow-private', '--json'];
  const first = await start(data, ...args).result;
  assert.deepEqual([first.code, first.report.new, first.report.complete], [0, 30, true], first.err);
  const second = await start(data, ...args).result;
  assert.deepEqual([second.code, second.report.read, second.report.not_modified], [0, 0, true], second.err);
  assert.equal(requests.at(-1)[1]['if-modified-since'], 'Sun, 01 Mar 2026 10:00:00 GMT');
  // what the whole list does not hold any more is removed, as long as it is not too much
  rows = 27;
  const third = await start(data, ...args).result;
  assert.deepEqual([third.code, third.report.unchanged, third.report.vanished, third.report.dropped], [0, 27, 3, 3], third.err);
  rows = 10;
  const fourth = await start(data, ...args).result;
  assert.deepEqual([fourth.code, fourth.report.vanished, fourth.report.dropped], [4, 17, 0], fourth.err);
  assert.match(fourth.err, /17 of its 27 records .* over the share of 20 %/);
  const fifth = await start(data, ...args, '--full', '--max-drop', '70').result;
  assert.deepEqual([fifth.code, fifth.report.dropped], [0, 17], fifth.err);
  // a record that is refused may be one that the store holds: nothing is removed then
  rows = 9;
  mischief = (request, response) => { response.writeHead(200).end('id,title\n' + Array.from({ length: 9 }, (_, i) => `${i},Title ${i}\n`).join('') + '77,\n'); return true; };
  const sixth = await start(data, ...args).result;
  assert.deepEqual([sixth.code, sixth.report.vanished, sixth.report.dropped], [3, 1, 0], sixth.err);
});

test('an import of the whole source removes what is not in it, unless that is too much', async () => {
  const data = folder(), file = path.join(work, 'whole.csv');
  const run = async (rows, ...args) => {
    fs.writeFileSync(file, 'kind,id,title.en\n' + Array.from({ length: rows }, (_, i) => `project,${i},Title ${i}\n`).join(''));
    const child = spawn(program, ['--lang', 'en', 'import', '--data', data, '--source', 's', '--complete', '--json', ...args, file], { stdio: ['ignore', 'pipe', 'ignore'] });
    let out = '';
    child.stdout.on('data', (text) => { out += text; });
    const code = await new Promise((resolve) => child.on('close', resolve));
    return [code, JSON.parse(out).total.vanished, JSON.parse(out).total.dropped];
  };
  assert.deepEqual(await run(10), [0, 0, 0]);
  assert.deepEqual(await run(8), [0, 2, 2]);
  assert.deepEqual(await run(2), [4, 6, 0]);
  assert.deepEqual(await run(2, '--max-drop', '80'), [0, 6, 6]);
});

test('several sources are harvested at a time, one request to a host, and one that fails does not keep the others', async () => {
  const data = folder();
  let open = 0, most = 0;
  const others = await Promise.all([0, 1].map(() => new Promise((resolve) => {
    const other = http.createServer((request, response) => {
      const page = Number(new URL(request.url, 'http://host').searchParams.get('page') ?? 1);
      open++;
      most = Math.max(most, open);
      setTimeout(() => { open--; response.end(JSON.stringify(Array.from({ length: page < 4 ? 10 : 3 }, (_, i) => jsonRecord(page * 10 + i)))); }, 150);
    });
    other.listen(0, '127.0.0.1', () => resolve(other));
  })));
  const map = (name, url) => {
    const file = path.join(work, `${name}.json`);
    fs.writeFileSync(file, JSON.stringify({ format: 'json', harvest: { url, paging: { kind: 'page', parameter: 'page', size_parameter: 'rows', size: 10 }, interval_ms: 0 },
      constants: { kind: 'project' }, fields: { id: 'osti_id', 'title.en': 'title' } }));
    return ['--feed', file];
  };
  let inside = 0, together = 0;
  good();
  mischief = (request, response) => {
    inside++;
    together = Math.max(together, inside);
    setTimeout(() => { inside--; if (request.url.startsWith('/bad')) response.writeHead(404).end(); else response.end(JSON.stringify([jsonRecord(1)])); }, 60);
    return true;
  };
  const result = await start(data, ...map('one', `http://127.0.0.1:${others[0].address().port}/`), ...map('two', `http://127.0.0.1:${others[1].address().port}/`),
    ...map('three', `${base}/good`), ...map('four', `${base}/bad`), '--allow-private', '--json').result;
  const reports = result.out.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(reports.map((report) => [report.source, report.new, report.complete]), [['one', 33, true], ['two', 33, true], ['three', 1, true], ['four', 0, false]], result.err);
  assert.equal(result.code, 1);
  assert.match(result.err, /HTTP status 404/);
  assert.ok(most >= 2, 'never two hosts at a time');
  assert.equal(together, 1, 'two requests to one host at a time');
  for (const other of others) { other.close(); other.closeAllConnections(); }
});

test('harvests that run beside each other leave a host alone that asked one of them for it', async () => {
  const data = folder();
  let inside = 0, together = 0, told = 0, refusals = 0;
  const asked = [];
  good();
  mischief = (request, response) => {
    const name = new URL(request.url, base).pathname.slice(1), page = Number(new URL(request.url, base).searchParams.get('page') ?? 1);
    asked.push([name, Date.now()]);
    together = Math.max(together, ++inside);
    if (asked.length === 3) { // whoever it is
      refusals++;
      told = Date.now();
      inside--;
      response.writeHead(503, { 'retry-after': '2' }).end();
      return true;
    }
    setTimeout(() => { inside--; response.end(JSON.stringify(Array.from({ length: page < 4 ? 10 : 3 }, (_, i) => jsonRecord(page * 10 + i)))); }, 20);
    return true;
  };
  const run = (name) => {
    const file = path.join(work, `beside-${name}.json`);
    fs.writeFileSync(file, JSON.stringify({ format: 'json', harvest: { url: `${base}/${name}`, paging: { kind: 'page', parameter: 'page', size_parameter: 'rows', size: 10 }, interval_ms: 0 },
      constants: { kind: 'project' }, fields: { id: 'osti_id', 'title.en': 'title' } }));
    return start(data, '--feed', file, '--allow-private', '--shared', '--json').result;
  };
  const results = await Promise.all([run('first'), run('second')]);
  assert.deepEqual(results.map((result) => [result.code, result.report.new]), [[0, 33], [0, 33]], results.map((result) => result.err).join());
  assert.deepEqual([together, refusals, asked.length], [1, 1, 9]);
  assert.ok(asked[3][1] - told >= 1900, `asked again after ${asked[3][1] - told} ms`); // two seconds, but for what clocks round
});

test('two harvests of several sources that are killed ask for no page twice', async () => {
  const data = folder(), asked = new Map();
  const feeds = ['a', 'b'].map((name) => {
    const file = path.join(work, `kill-${name}.json`);
    fs.writeFileSync(file, JSON.stringify({ ...shipped, harvest: { url: `${base}/oai?name=${name}`, paging: { kind: 'oai', prefix: 'oai_dc' }, interval_ms: 0 } }));
    return ['--feed', file];
  }).flat();
  good();
  let child, answers = 0, kills = 0, result;
  mischief = (request, response, page) => {
    if (request.url.includes('from=')) return false; // a list that was complete before the kill: what changed since
    const key = `${new URL(request.url, 'http://host').searchParams.get('name')}${page}`;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    response.on('finish', () => { if (++answers % 5 === 0 && kills < 2) setTimeout(() => { if (child.kill('SIGKILL')) kills++; }, 200); });
    setTimeout(() => response.end(oaiPage(page)), 400); // slower than the kill, so that it comes amid requests
    return true;
  };
  do {
    child = start(data, ...feeds, '--per-host', '2', '--allow-private', '--json');
    result = await child.result;
  } while (result.signal === 'SIGKILL');
  assert.deepEqual([result.code, result.signal, kills], [0, null, 2], result.err);
  // a request that was under way when the process died is made again, once for each source and kill at most
  const again = [...asked.values()].reduce((sum, count) => sum + count - 1, 0);
  assert.ok(asked.size === 12 && again <= 2 * kills, JSON.stringify([...asked]));
});

test('pages are found by a cursor, by the next URL, by the Link header and by windows of time', async () => {
  const page = (n, more) => JSON.stringify({ items: [jsonRecord(n)], ...more });
  const run = async (harvestPart, answer, ...args) => {
    const file = path.join(work, `paging-${harvestPart.paging.kind}.json`), data = folder();
    fs.writeFileSync(file, JSON.stringify({ format: 'json', records: 'items', harvest: { url: `${base}/x`, interval_ms: 0, ...harvestPart }, constants: { kind: 'project' },
      fields: { id: 'osti_id', 'title.en': 'title' } }));
    good();
    mischief = (request, response) => { answer(new URL(request.url, base), response); return true; };
    const result = await start(data, '--feed', file, '--allow-private', '--json', ...args).result;
    assert.equal(result.code, 0, result.err);
    return [result.report.new, requests.map(([url]) => url), data, file];
  };
  const cursor = await run({ paging: { kind: 'cursor', parameter: 'after', at: 'meta.next' } }, (url, response) => {
    const n = url.searchParams.get('after') === '*' ? 1 : Number(url.searchParams.get('after'));
    response.end(page(n, { meta: { next: n < 3 ? String(n + 1) : undefined } }));
  });
  assert.deepEqual([cursor[0], cursor[1].length], [3, 3]);
  const next = await run({ paging: { kind: 'next', at: 'next' } }, (url, response) => {
    const n = Number(url.searchParams.get('n') ?? 1);
    response.end(page(n, n < 3 ? { next: `${base}/x?n=${n + 1}` } : {}));
  });
  assert.deepEqual([next[0], next[1]], [3, ['/x', '/x?n=2', '/x?n=3']]);
  const link = await run({ paging: { kind: 'link' } }, (url, response) => {
    const n = Number(url.searchParams.get('n') ?? 1);
    if (n < 3) response.setHeader('link', `<${base}/x?n=1>; rel="first", <${base}/x?n=${n + 1}>; rel="next"`);
    response.end(page(n));
  });
  assert.deepEqual([link[0], link[1]], [3, ['/x', '/x?n=2', '/x?n=3']]);
  const today = new Date(), start12 = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 2, 1)).toISOString().slice(0, 10);
  const windows = await run({ paging: { kind: 'window', from: 'ua', to: 'ub', format: 'yyyymmdd', start: start12, months: 1 } }, (url, response) =>
    response.end(page(Number(url.searchParams.get('ua')))));
  assert.equal(windows[0], 3);
  assert.equal(windows[1][0].split('ua=')[1].slice(0, 8), start12.replaceAll('-', ''));
  assert.match(windows[1][2], new RegExp(`ua=${today.toISOString().slice(0, 7).replace('-', '')}01&ub=\\d{6}01$`));
  const since = await run({ url: `${base}/y`, paging: { kind: 'none' }, since: { parameter: 'updated', format: 'us' } }, (url, response) => response.end(page(5)));
  good();
  mischief = (request, response) => { response.end(page(6)); return true; };
  const later = await start(since[2], '--feed', since[3], '--allow-private', '--json').result;
  assert.deepEqual([later.code, later.report.new, later.report.vanished], [0, 1, 0], later.err);
  assert.match(requests[0][0], /^\/y\?updated=\d\d%2F\d\d%2F\d{4}$/);
});

test('a proxy is asked where one is named, for hosts that are not one of the own network', async () => {
  const asked = [];
  const proxy = http.createServer((request, response) => { asked.push(request.url); response.end(oaiPage(5)); });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${proxy.address().port}`;
  const args = ['--feed', fast, '--source', 'test', '--json', '--max-pages', '1'];
  const result = await start(folder(), ...args, '--url', 'http://repository.example/oai', '--proxy', address).result;
  assert.deepEqual([result.code, result.report.new], [0, 4], result.err);
  assert.match(asked[0], /^http:\/\/repository\.example\/oai\?verb=ListRecords/);
  const inside = await start(folder(), ...args, '--url', 'http://10.0.0.1/oai', '--proxy', address).result;
  assert.deepEqual([inside.code, asked.length], [4, 1], inside.err);
  process.env.http_proxy = address;
  const byEnvironment = await start(folder(), ...args, '--url', 'http://repository.example/oai').result;
  delete process.env.http_proxy;
  assert.deepEqual([byEnvironment.code, asked.length], [0, 2], byEnvironment.err);
  proxy.close();
  proxy.closeAllConnections();
});

test('credentials of the address and the contact are sent, and stand in no message', async () => {
  const secret = path.join(work, 'query');
  fs.writeFileSync(secret, 'u=partner\np=s3c&r3t\n');
  good();
  mischief = (request, response) => { response.writeHead(403).end(); return true; };
  const result = await harvest(folder(), '--query-file', secret, '--contact', 'staff@example.org');
  assert.equal(result.code, 1);
  assert.match(requests[0][0], /&u=partner&p=s3c%26r3t$/);
  assert.match(requests[0][1]['user-agent'], /^qiao\/[0-9.]+ \(staff@example\.org\)$/);
  assert.match(requests[0][1]['accept-encoding'], /gzip/);
  assert.doesNotMatch(result.err + result.out, /s3c|partner/);
  const several = await start(folder(), '--preset', 'hal', '--preset', 'osti', '--query-file', secret).result;
  assert.equal(several.code, 2);
});

test('a dry run reads no more of a large file than it shows', async () => {
  const feed = path.join(work, 'large.json');
  fs.writeFileSync(feed, JSON.stringify({ format: 'csv', harvest: { url: `${base}/large` }, constants: { kind: 'project' }, fields: { id: 'id', 'title.en': 'title' } }));
  let sent = 0;
  good();
  mischief = (request, response) => {
    const rows = () => { while (sent < 400 << 20 && !response.destroyed) { const line = `${sent},${'x'.repeat(1000)},note\n`; sent += line.length; if (!response.write(line)) { response.once('drain', rows); return; } } response.end(); };
    response.writeHead(200);
    response.write('id,title,comment\n');
    rows();
    return true;
  };
  const result = await start(folder(), '--feed', feed, '--allow-private', '--dry-run').result;
  assert.equal(result.code, 0, result.err);
  assert.equal(result.out.trim().split('\n').length, 11);
  assert.match(result.out, /not mapped: comment/);
  assert.ok(sent < 64 << 20, `${sent} bytes were sent`);
});

// ---- maps ----

const feeds = path.join(process.env.QIAO_TEST_SOURCE, 'indexer/harvest/feeds');
const lint = (...args) => new Promise((resolve) => {
  const child = spawn(program, ['--lang', 'en', 'lint', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (text) => { out += text; });
  child.on('close', (code) => resolve({ code, out }));
});

test('every mistake of a map is named with its pointer', async () => {
  const bad = path.join(work, 'bad.json');
  fs.writeFileSync(bad, JSON.stringify({ feilds: 1, constants: { kind: 'projekt' }, fields: { 'col/our': 'c', country: { from: 'a', values: { Elbonia: 'XX' }, form: 'x' }, trl: { from: 7 } } }));
  const { code, out } = await lint('--map', bad, '--json');
  assert.equal(code, 3);
  assert.deepEqual(out.trim().split('\n').map((line) => JSON.parse(line)).map(({ pointer, fatal }) => [pointer, fatal]),
    [['/feilds', true], ['/fields/col~1our', true], ['/fields/country/values', true], ['/fields/country/form', true], ['/fields/trl/from', true],
      ['/fields', false], ['/fields', false], ['/constants/kind', true]]);
  assert.match(out, /becomes \\"XX\\", which is not in the list country/);
  const plan = path.join(work, 'plan.json');
  fs.writeFileSync(plan, JSON.stringify({ constants: { kind: 'need' }, fields: { id: 'a', title: 'b' }, harvest: { paging: { kind: 'pages' } } }));
  assert.match((await lint('--map', plan)).out, /: \/harvest: .*"kind" must be none, page/);
});

test('every shipped map is sound, by lint and by the schema', async () => {
  const modules = path.join(process.env.QIAO_TEST_SOURCE, 'build/dependencies/api-tests/node_modules');
  const schema = JSON.parse(fs.readFileSync(path.join(process.env.QIAO_TEST_SOURCE, 'indexer/feed_map.schema.json'), 'utf8'));
  const Ajv = createRequire(path.join(modules, 'x.js'))('ajv/dist/2020.js').default;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  for (const name of fs.readdirSync(feeds)) {
    const { code, out } = await lint('--map', path.join(feeds, name));
    assert.equal(code, 0, out);
    assert.ok(validate(JSON.parse(fs.readFileSync(path.join(feeds, name), 'utf8'))), `${name}: ${JSON.stringify(validate.errors)}`);
  }
  assert.equal(validate({ fields: { id: { form: 'x' } } }), false);
  assert.equal(validate({ fields: { id: 'x' }, harvest: { paging: { kind: 'cursor', parameter: 'c' } } }), false);
});

// An archive whose members are stored as they are.
function zip(files) {
  const crc = (bytes) => {
    let value = ~0;
    for (const byte of bytes) { value ^= byte; for (let k = 0; k < 8; k++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0); }
    return ~value >>> 0;
  };
  const parts = [], directory = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const body = Buffer.from(text), label = Buffer.from(name), head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt32LE(crc(body), 10);
    head.writeUInt32LE(body.length, 14);
    head.writeUInt32LE(body.length, 18);
    head.writeUInt16LE(label.length, 22);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(20, 4);
    head.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    parts.push(Buffer.from('PK\x03\x04'), head, label, body);
    directory.push(central, label);
    offset += 30 + label.length + body.length;
  }
  const list = Buffer.concat(directory), end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}

test('the archive of CORDIS is read as one, organisations with their projects', async () => {
  const data = folder();
  const archive = zip({
    'csv/project.csv': 'id;title;objective;keywords;startDate\n101;"Air";"Captures <b>CO2</b>.";"a, b";2026-03-01\n102;"Sea";"Waves.";;2026-04-01\n',
    'csv/organization.csv': 'projectID;name;activityType;country;role\n102;"Partner";HES;FR;participant\n101;"Coordinator SA";REC;EL;coordinator\n102;"Lead Ltd";PRC;UK;coordinator\n',
    'csv/euroSciVoc.csv': 'projectID;euroSciVocTitle\n102;oceanography\n102;energy\n',
  });
  good();
  mischief = (request, response) => { response.writeHead(200).end(archive); return true; };
  const args = ['--preset', 'cordis', '--url', `${base}/cordis.zip`, '--allow-private'];
  const look = await start(data, ...args, '--dry-run').result;
  assert.equal(look.code, 0, look.err);
  assert.deepEqual(look.out.trim().split('\n').map((line) => JSON.parse(line)), [
    { id: 'cordis:101', kind: 'project', title: { en: 'Air' }, summary: { en: 'Captures CO2.' }, keywords: ['a', 'b'], org_name: { en: 'Coordinator SA' }, org_kind: 'research_institute',
      country: 'GR', published_at: '2026-03-01' },
    { id: 'cordis:102', kind: 'project', title: { en: 'Sea' }, summary: { en: 'Waves.' }, keywords: ['oceanography', 'energy'], org_name: { en: 'Lead Ltd' }, country: 'GB',
      published_at: '2026-04-01' }]);
  const result = await start(data, ...args, '--json').result;
  assert.deepEqual([result.code, result.report.new], [0, 2], result.err);
  good();
  assert.deepEqual([(await start(data, ...args, '--replay', '--json').result).report.unchanged, seen.length], [2, 0]);
});

// Answers as the sources give them, in a folder of their own: QIAO_FEED_SAMPLES names it.
const samples = process.env.QIAO_FEED_SAMPLES;
const sampled = { oai_dc: 'oai_ListRecords_dc_page1.xml', hal: 'hal_search.json', osti: 'osti_search.json', nih_reporter: 'nih_reporter_v2_projects_search.json',
  ukri_gtr: 'ukri_gtr_project_search.json', nasa_t2: 'nasa_t2_searchosapicat.SHAPE.json', nasa_techport: 'nasa_techport_project.SHAPE.json', een_pod: 'een_pod_opportunity.xml',
  cordis: 'cordis_project.csv', zh_need_form: 'zh_need_template.csv' };
for (const [preset, file] of Object.entries(sampled))
  test(`the map of ${preset} takes every record of a real answer`, { skip: samples ? false : 'QIAO_FEED_SAMPLES names no folder of answers' }, async () => {
    const answer = fs.readFileSync(path.join(samples, file));
    good();
    mischief = (request, response) => { response.writeHead(200).end(answer); return true; };
    const result = await start(folder(), '--preset', preset, '--url', `${base}/any`, '--allow-private', '--json', '--max-pages', '1').result;
    assert.equal(result.code, 0, result.err);
    assert.ok(result.report.new > 0 && result.report.refused === 0, JSON.stringify(result.report));
  });

// A frame of zstd whose one block is stored as it is (RFC 8878): magic, descriptor of a single segment with a size of four bytes, size, block header.
function zstd(text) {
  const body = Buffer.from(text);
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);

  head.writeUInt32LE(body.length, 5);
  head.writeUIntLE((body.length << 3) | 1, 9, 3);
  return Buffer.concat([head, body]);
}
