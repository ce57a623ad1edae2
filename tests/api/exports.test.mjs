// Exports: what is in a file is what the caller reads, cell by cell; nothing in it is ever a formula; memory does not grow with the rows.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Desk, OWN } from './desk.mjs';
import { build, killLeftOvers, run, until } from './harness.mjs';

const nasty = ['=1+1', '+86 10', '-5 °C', '@home', '\tindented', 'plain, with "quotes"', 'two\nlines', 'semi;colon', ' blank ', '普通文字'];
let desk;

// RFC 4180, read strictly.
function readCsv(bytes) {
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'a byte order mark');
  const text = bytes.subarray(3).toString('utf8'), rows = [[]];
  for (let at = 0; at < text.length; ) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        assert.ok(at < text.length, 'a quotation that does not end');
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') {
        assert.ok(text[at] !== '"' && text[at] !== '\n', 'a bare quotation mark or line end');
        cell += text[at++];
      }
    }
    rows.at(-1).push(cell);
    if (text[at] === ',') {
      at++;
      if (text.startsWith('\r\n', at)) rows.at(-1).push('');
    }
    if (text.startsWith('\r\n', at)) {
      at += 2;
      if (at < text.length) rows.push([]);
    }
  }
  return rows;
}

const unescape = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#34;', '"').replace(/_x([0-9A-F]{4})_/g, (all, hex) => String.fromCharCode(parseInt(hex, 16))).replaceAll('&amp;', '&');

// The sheet, without the library that wrote it: cells by their address; what is no text cell is a number.
function readXlsx(bytes) {
  const file = path.join(desk.data, 'read.xlsx');
  fs.writeFileSync(file, bytes);
  const part = (name) => execFileSync('unzip', ['-p', file, name], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const shared = /sharedStrings\.xml/.test(execFileSync('unzip', ['-l', file], { encoding: 'utf8' })) ? [...part('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>/gs)].map((match) => [...match[1].matchAll(/<t[^>]*>(.*?)<\/t>/gs)].map((t) => unescape(t[1])).join('')) : [];
  const sheet = part('xl/worksheets/sheet1.xml');
  assert.ok(!sheet.includes('<f'), 'a formula');
  const rows = [];
  for (const [, number, content] of sheet.matchAll(/<row r="(\d+)"[^>]*?(?:\/>|>(.*?)<\/row>)/gs)) {
    const row = (rows[number - 1] = []);
    for (const [, column, attributes, value] of (content ?? '').matchAll(/<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const index = [...column].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
      if (/t="inlineStr"/.test(attributes)) row[index] = unescape(/<t[^>]*>(.*?)<\/t>/s.exec(value)?.[1] ?? '');
      else if (/t="s"/.test(attributes)) row[index] = shared[Number(/<v>(.*?)<\/v>/.exec(value)[1])];
      else row[index] = Number(/<v>(.*?)<\/v>/.exec(value)[1]);
    }
  }
  return rows;
}

const guarded = (cell) => (/^[=+\-@\t\r\n]/.test(cell) ? `'${cell}` : cell);
const projectPaths = ['id', 'title.zh', 'title.en', 'title.*', 'summary.zh', 'summary.en', 'country', 'org_name', 'org_kind', 'fields', 'trl', 'coop_modes', 'price_min', 'price_max', 'currency', 'landing_pref', 'status', 'published_at', 'expires_at', 'evidence_urls'];
const needPaths = ['id', 'title.zh', 'title.en', 'problem.zh', 'problem.en', 'target.zh', 'enterprise.name', 'enterprise.park', 'fields', 'trl_min', 'trl_max', 'coop_modes', 'budget_min', 'budget_max', 'currency', 'deadline', 'status', 'published_at'];

function cellOf(record, name) {
  const [first, second] = name.split('.'), value = record?.[first];
  const found = second === undefined ? value : second === '*' ? (typeof value === 'string' ? value : Object.entries(value ?? {}).find(([key]) => !['zh', 'en'].includes(key))?.[1]) : typeof value === 'object' ? value?.[second] : undefined;
  return Array.isArray(found) ? found.filter((item) => typeof item === 'string').join('; ') || undefined : typeof found === 'object' ? undefined : found;
}

async function both(role, target, headers = {}) {
  const joint = target.includes('?') ? '&' : '?';
  const [csv, xlsx] = [await desk.get(role, `${target}${joint}format=csv`, headers), await desk.get(role, `${target}${joint}format=xlsx`, headers)];
  assert.deepEqual([csv.status, xlsx.status], [200, 200], target);
  const rows = readXlsx(xlsx.body), plain = readCsv(csv.body);
  assert.equal(rows.length, plain.length);
  for (const [i, row] of plain.entries())
    for (const [k, cell] of row.entries()) assert.equal(cell.slice(0, 32000), guarded(String(rows[i]?.[k] ?? '')), `${target} row ${i} column ${k}: CSV and XLSX say the same`);
  return { csv, xlsx, rows, plain };
}

async function compare(role, rows, from, paths, kind) {
  for (const row of rows.slice(1)) {
    const { json } = await desk.get(role, `/v1/${kind}/${encodeURIComponent(row[from])}`);
    for (const [i, name] of paths.entries()) {
      const expected = cellOf(json, name);
      assert.equal(row[from + i] ?? undefined, expected === '' ? undefined : expected, `${role} ${row[from]} ${name}`);
    }
  }
}

describe('exports', () => {
  before(async () => {
    desk = await Desk.start('exports', [
      ...nasty.map((text, i) => ({ id: `x:${i}`, kind: 'project', title: { zh: `怪异 ${i}`, en: `Nasty laser ${i}` }, summary: { en: text }, org_name: text, currency: 'EUR', price_min: i + 1 })),
      { id: 'x:long', kind: 'project', title: { en: 'Nasty laser of many words', de: 'Laser' }, summary: { zh: '长', en: 'wide '.repeat(8000) } },
      ...Array.from({ length: 10050 }, (_, i) => ({ id: `m:${i}`, kind: 'project', title: { en: `Gearbox number ${i}` }, summary: { en: 'A gearbox for wind turbines, of which there are very many in this catalogue. '.repeat(8) }, country: 'DE' })),
    ]);
  });
  after(async () => assert.equal(await desk.stop(), 0));
  after(killLeftOvers);

  test('a search, cell by cell as the records are read', async () => {
    const { csv, xlsx, rows } = await both('own', '/v1/exports/search?q=sulfide+electrolyte&limit=50');
    assert.equal(csv.headers['content-disposition'], 'attachment; filename="qiao-projects.csv"');
    assert.equal(xlsx.headers['content-disposition'], 'attachment; filename="qiao-projects.xlsx"');
    assert.equal(csv.headers['cache-control'], 'no-store');
    const hits = (await desk.get('own', '/v1/search?q=sulfide+electrolyte&limit=50')).json.hits;
    assert.deepEqual(rows.slice(1).map((row) => [row[0], row[1]]), hits.map((hit, i) => [i + 1, hit.id]));
    await compare('own', rows, 1, projectPaths, 'projects');
    const needs = await both('own', '/v1/exports/search?side=needs');
    assert.deepEqual(needs.rows.slice(1).map((row) => row[1]), ['t:own'], 'needs of others are in no file');
    await compare('own', needs.rows, 1, needPaths, 'needs');
  });

  test('what is kept back on a page is kept back in a file', async () => {
    const cells = async (role) => (await both(role, '/v1/exports/search?q=Sulfide+electrolyte+powder')).rows.find((row) => row[1] === 't:kept');
    assert.equal((await cells('staff'))[8], 'Hidden Labs');
    for (const role of ['own', 'job']) assert.ok(!(await cells(role)).includes('Hidden Labs'), role);
    assert.ok(!(await both('own', '/v1/exports/search?q=sulfide&limit=200')).rows.flat().includes('t:closed'));
  });

  test('no cell is a formula, and quotations and line ends survive', async () => {
    const { rows, plain } = await both('staff', '/v1/exports/search?q=nasty+laser&limit=100');
    const by = new Map(rows.slice(1).map((row) => [row[1], row]));
    for (const i of nasty.keys()) {
      const record = (await desk.get('staff', `/v1/projects/x:${i}`)).json;
      assert.equal(by.get(`x:${i}`)[6], record.summary.en);
      assert.equal(by.get(`x:${i}`)[8], record.org_name);
    }
    assert.equal(by.get('x:long')[6], 'wide '.repeat(6400), 'a cell of XLSX holds no more');
    assert.equal(plain.find((row) => row[1] === 'x:long')[6], 'wide '.repeat(8000), 'one of CSV does');
    assert.equal(by.get('x:long')[4], 'Laser');
  });

  test('the header is in the language of the caller', async () => {
    for (const [language, first] of [['zh', ['序号', '编号', '中文标题']], ['en', ['No.', 'ID', 'Title (Chinese)']]])
      assert.deepEqual((await both('own', '/v1/exports/search?q=laser&limit=1', { 'Accept-Language': language })).rows[0].slice(0, 3), first);
  });

  test('matches of a need, with rank, score and band', async () => {
    const { rows, csv } = await both('own', '/v1/exports/needs/t:own/matches?limit=20');
    assert.equal(csv.headers['content-disposition'], 'attachment; filename="qiao-matches-t-own.csv"');
    const matches = (await desk.get('own', '/v1/needs/t:own/matches?limit=20')).json.matches;
    assert.deepEqual(rows.slice(1).map((row) => [row[0], row[1], row[2], row[3]]), matches.map((match, i) => [i + 1, match.score / 1e6, match.band, match.project.id]));
    await compare('own', rows, 3, projectPaths, 'projects');
    assert.equal((await desk.get('own', '/v1/exports/needs/t:other/matches')).status, 404);
    const posted = (await desk.ask('own', 'POST', '/v1/needs', { text: '寻找硫化物固态电解质薄膜' })).json;
    const fresh = await both('own', `/v1/exports/needs/${posted.id}/matches?limit=10`);
    assert.deepEqual(fresh.rows.slice(1).map((row) => row[3]), posted.matches.slice(0, 10).map((match) => match.project.id));
  });

  test('shortlists and cases', async () => {
    const items = [{ project: 't:open', note: '=HYPERLINK("http://x")' }, { need: 't:own' }];
    const made = (await desk.ask('own', 'POST', '/v1/shortlists', { name: '候选', items })).json;
    const list = await both('own', `/v1/exports/shortlists/${made.id}`);
    assert.deepEqual(list.rows.slice(1).map((row) => row.slice(0, 2)), [['project', 't:open'], ['need', 't:own']]);
    assert.equal(list.rows[1][2], items[0].note);
    assert.equal(list.rows[2][9], OWN);
    assert.equal((await desk.get('other', `/v1/exports/shortlists/${made.id}`)).status, 404);
    for (const pair of ['t:own/t:open', 't:own/t:closed', 't:other/t:open']) await desk.ask('staff', 'PUT', `/v1/cases/${pair}`, { status: 'contacted', note: '+ 已联系', internal_note: '= 内部' });
    await desk.ask('staff', 'PUT', '/v1/cases/t:other/t:open', { status: 'dropped', reason: 'no_funding' });
    for (const role of ['staff', 'own', 'other', 'haidian']) {
      const { rows } = await both(role, '/v1/exports/cases', { 'Accept-Language': 'zh' });
      const cases = (await desk.get(role, '/v1/cases')).json.cases;
      assert.deepEqual(rows.slice(1).map((row) => [row[0], row[3], row[8] ?? undefined, row[9], row[10], row[11]]), cases.map((one) => [one.need, one.project, one.note, one.by, one.at, one.revision]), role);
      const told = cases.map((one) => one.internal_note ?? '');
      if (['staff', 'haidian', 'changping'].includes(role)) assert.deepEqual([rows[0][12], ...rows.slice(1).map((row) => row[12] ?? '')], ['内部备注', ...told], role);
      else assert.deepEqual([rows[0].length, told.join('')], [12, ''], role);
    }
    const dropped = (await both('staff', '/v1/exports/cases?status=dropped', { 'Accept-Language': 'zh' })).rows;
    assert.deepEqual([dropped.length, dropped[1][6], dropped[1][7]], [2, '已终止', '资金未落实']);
  });

  test('wrong parameters, and callers that may not', async () => {
    for (const query of ['format=pdf', 'limit=10001', 'limit=0', 'offset=3', 'q=x&side=both'])
      assert.equal((await desk.get('staff', `/v1/exports/search?${query}`)).status, 400, query);
    for (const target of ['/v1/exports/needs/t:own/matches?limit=1001', '/v1/exports/cases?status=won', '/v1/exports/shortlists/x?limit=3']) assert.equal((await desk.get('staff', target)).status, 400, target);
    for (const target of ['/v1/exports/search', '/v1/exports/needs/t:own/matches', '/v1/exports/cases', '/v1/exports/shortlists/x']) assert.equal((await desk.get('public', target)).status, 401, target);
    assert.equal((await desk.get('job', '/v1/exports/shortlists/x')).status, 403);
    const head = await desk.ask('staff', 'HEAD', '/v1/exports/cases');
    assert.deepEqual([head.status, head.body.length], [200, 0]);
  });

  test('the audit trail says who took what out', async () => {
    const lines = run('qiao-api', 'audit', '--data', desk.data).trim().split('\n').map((line) => JSON.parse(line)).filter((line) => line.action === 'export');
    assert.ok(lines.some((line) => line.table === 'need' && line.id === 't:own' && line.actor === desk.keys.own.slice(5, 13)));
    assert.ok(lines.some((line) => line.table === 'project' && line.id === 'projects'));
  });

  const sanitized = /^QIAO_SANITIZE:\w+=\w/m.test(fs.readFileSync(path.join(build, 'CMakeCache.txt'), 'utf8'));

  test('ten thousand rows take no more memory than a few, and leave no file behind', async (t) => {
    const status = (field) => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(fs.readFileSync(`/proc/${desk.server.child.pid}/status`, 'utf8'))[1]);
    const files = () => fs.readdirSync(process.env.TMPDIR || '/tmp').filter((name) => name.startsWith('qiao-export-')).length;
    const anonymous = () => status('RssAnon');
    for (const format of ['csv', 'xlsx']) await desk.get('staff', `/v1/exports/search?q=gearbox&limit=200&format=${format}`);
    const open = fs.readdirSync(`/proc/${desk.server.child.pid}/fd`).length, before = anonymous();
    for (const format of ['csv', 'xlsx']) {
      let most = 0, done = false;
      const watch = (async () => {
        for (; !done; await new Promise((next) => setTimeout(next, 2))) most = Math.max(most, anonymous());
      })();
      const reply = await desk.get('staff', `/v1/exports/search?q=gearbox&limit=10000&format=${format}`);
      done = true;
      await watch;
      const rows = format === 'csv' ? readCsv(reply.body) : readXlsx(reply.body);
      assert.equal(rows.length, 10001);
      t.diagnostic(`${format}: ${reply.body.length} bytes, memory of the service ${before} KiB before, ${most} KiB at most`);
      // sanitizers keep what was freed, and shadow it
      if (!sanitized) assert.ok(most - before < 16384, `${format}: ${before} KiB before, ${most} KiB at most`);
    }
    await until(() => files() === 0, 'no file left behind'); // others of this machine may export meanwhile
    await until(() => fs.readdirSync(`/proc/${desk.server.child.pid}/fd`).length <= open, 'the files to be closed');
  });
});
