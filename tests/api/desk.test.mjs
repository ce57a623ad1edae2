// The desk: the course of a case, its history, verdicts taken back, lists that are read page by page, and the audit trail.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { Desk, OTHER, OWN } from './desk.mjs';
import { killLeftOvers, openapi, run } from './harness.mjs';

let desk;
const pair = 't:own/t:open', at = `/v1/cases/${pair}`;
const move = (body, headers) => desk.ask('staff', 'PUT', at, body, headers);

describe('the desk', () => {
  before(async () => (desk = await Desk.start('desk')));
  after(async () => assert.equal(await desk.stop(), 0));
  after(killLeftOvers);

  test('words of verdicts and cases are listed in both languages', async () => {
    const { json } = await desk.get('public', '/v1/reasons');
    for (const word of [...json.reasons, ...json.case_statuses]) assert.ok(/\p{Script=Han}/u.test(word.zh) && /^[A-Za-z]/.test(word.en), word.code);
    const of = (what) => json.reasons.filter((entry) => entry.of.includes(what)).map((entry) => entry.code);
    assert.deepEqual(of('verdict'), openapi.components.schemas.FeedbackPut.properties.reason.enum);
    assert.deepEqual(of('case'), openapi.components.schemas.CasePut.properties.reason.enum);
    for (const reason of json.reasons.filter((entry) => entry.of.includes('verdict'))) {
      assert.equal((await desk.ask('staff', 'PUT', '/v1/pairs/t:own/t:kept/feedback', { verdict: 'reject', reason: reason.code })).status, 200, reason.code);
    }
    assert.deepEqual(json.case_statuses.map((word) => word.code), ['suggested', 'contacted', 'negotiating', 'signed', 'landed', 'dropped']);
    const again = await desk.get('public', '/v1/reasons');
    assert.equal((await desk.get('public', '/v1/reasons', { 'If-None-Match': again.headers.etag })).status, 304);
  });

  test('a case goes on step by step; what does not follow is refused and says what does', async () => {
    const skipped = await move({ status: 'signed' });
    assert.deepEqual([skipped.status, skipped.json.allowed], [409, ['suggested', 'contacted']]);
    assert.equal((await move({ status: 'suggested', note: '初步推荐' })).json.revision, 1);
    for (const status of ['negotiating', 'signed', 'landed']) {
      const refused = await move({ status });
      assert.deepEqual([refused.status, refused.json.code, refused.json.allowed], [409, 'conflict', ['contacted', 'dropped']], status);
    }
    assert.equal((await move({ status: 'suggested', note: '补充说明' })).json.revision, 2, 'another note is no step');
    for (const status of ['contacted', 'negotiating', 'signed', 'landed']) assert.equal((await move({ status })).json.status, status);
    assert.deepEqual((await move({ status: 'contacted' })).json.allowed, ['dropped']);
    for (const wrong of [{ status: 'dropped' }, { status: 'dropped', reason: 'off_field' }, { status: 'landed', reason: 'price' }, { status: 'contacted', correction: true }, { status: 'contacted', correction: 'yes', note: 'x' }, { status: 'contacted', correction: true, note: ' ' }])
      assert.equal((await move(wrong)).status, 400, JSON.stringify(wrong));
    assert.equal((await move({ status: 'dropped', reason: 'no_funding' }, { 'If-Match': '"3"' })).status, 412);
    const dropped = await move({ status: 'dropped', reason: 'no_funding' }, { 'If-Match': '"6"' });
    assert.deepEqual([dropped.json.reason, dropped.json.role, dropped.json.revision], ['no_funding', 'staff', 7]);
    assert.deepEqual((await move({ status: 'signed' })).json.allowed, []);
    const corrected = await move({ status: 'signed', correction: true, note: '误操作，资金已到位' });
    assert.deepEqual([corrected.status, corrected.json.correction], [200, true]);
  });

  test('the history of a case says who, in which role, and when', async () => {
    const { json } = await desk.get('own', `${at}/history`);
    assert.deepEqual(json.history.map((entry) => entry.status), ['signed', 'dropped', 'landed', 'signed', 'negotiating', 'contacted', 'suggested', 'suggested']);
    assert.deepEqual(json.history.map((entry) => entry.revision), [8, 7, 6, 5, 4, 3, 2, 1]);
    for (const entry of json.history) assert.deepEqual([entry.by, entry.role], [desk.keys.staff.slice(5, 13), 'staff']);
    assert.deepEqual((await desk.get('own', `${at}/history?limit=2`)).json.history.map((entry) => entry.revision), [8, 7]);
    for (const role of ['other', 'changping']) assert.equal((await desk.get(role, `${at}/history`)).status, 404, role);
    assert.equal((await desk.get('own', `${at}/history`, { 'If-None-Match': '"8"' })).status, 304);
  });

  test('two that move a case at once do not both win', async () => {
    const moved = await Promise.all(Array.from({ length: 8 }, () => desk.ask('staff', 'PUT', '/v1/cases/t:other/t:open', { status: 'contacted' })));
    const revisions = moved.filter((reply) => reply.status === 200).map((reply) => reply.json.revision);
    assert.equal(new Set(revisions).size, revisions.length);
    assert.ok(moved.every((reply) => [200, 412].includes(reply.status)));
  });

  test('lists of cases are narrowed to what the caller sees, and by status, owner and park', async () => {
    await desk.ask('staff', 'PUT', '/v1/cases/t:own/t:closed', { status: 'suggested' });
    const list = async (role, query = '') => (await desk.get(role, `/v1/cases${query}`)).json.cases.map((entry) => `${entry.need} ${entry.project}`);
    assert.deepEqual(await list('staff'), ['t:other t:open', 't:own t:closed', 't:own t:open']);
    assert.deepEqual(await list('own'), ['t:own t:open'], 'a project that is not for the enterprise is not told by its case');
    assert.deepEqual(await list('other'), ['t:other t:open']);
    assert.deepEqual(await list('haidian'), ['t:own t:closed', 't:own t:open']);
    assert.deepEqual(await list('staff', '?status=signed'), ['t:own t:open']);
    assert.deepEqual(await list('staff', '?park=changping'), ['t:other t:open']);
    assert.deepEqual(await list('staff', `?owner=${encodeURIComponent(OWN)}`), ['t:own t:closed', 't:own t:open']);
    assert.deepEqual(await list('other', `?owner=${encodeURIComponent(OWN)}`), []);
    assert.equal((await desk.get('staff', '/v1/cases?status=won')).status, 400);
  });

  test('a list that is read page by page shows each row once while others are added and withdrawn', async () => {
    const ids = new Set();
    for (let i = 0; i < 12; i++) ids.add((await desk.ask(i % 2 ? 'own' : 'other', 'POST', '/v1/needs', { need: { title: `需求 ${i}`, enterprise: { park: i % 2 ? 'haidian' : 'changping' } } })).json.id);
    const first = (await desk.get('staff', '/v1/needs?limit=5')).json;
    assert.deepEqual([first.needs.length, first.more], [5, true]);
    const gone = first.needs[2];
    assert.equal((await desk.ask('staff', 'DELETE', `/v1/needs/${gone.id}`, undefined, { 'If-Match': '*' })).status, 204);
    for (let i = 0; i < 6; i++) await desk.ask('own', 'POST', '/v1/needs', { need: { title: `后加 ${i}` } });
    const seen = first.needs.map((need) => need.id);
    for (let next = first.next; next; ) {
      const page = (await desk.get('staff', `/v1/needs?limit=5&cursor=${next}`)).json;
      assert.equal(page.more, page.next !== undefined);
      seen.push(...page.needs.map((need) => need.id));
      next = page.next;
    }
    assert.equal(new Set(seen).size, seen.length, 'a row twice');
    for (const id of ids) assert.ok(seen.includes(id), `${id} was passed over`);
    for (const [query, role] of [[`cursor=${first.next}&park=haidian`, 'staff'], [`cursor=${first.next}`, 'haidian'], ['cursor=', 'staff'], ['cursor=zz', 'staff'], [`cursor=${first.next}z`, 'staff'], [`cursor=${first.next.slice(0, 16)}00`, 'staff']])
      assert.equal((await desk.get(role, `/v1/needs?${query}`)).status, 400, query);
    const parks = (await desk.get('staff', '/v1/needs?park=changping')).json.needs;
    assert.ok(parks.length >= 5 && parks.every((need) => /需求 \d*[02468]$/.test(need.title)));
    assert.equal((await desk.get('staff', `/v1/needs?owner=${encodeURIComponent(OTHER)}`)).json.needs.length, parks.length);
    assert.deepEqual((await desk.get('changping', '/v1/needs')).json.needs, parks);
    const half = (await desk.get('own', '/v1/needs?limit=2')).json;
    assert.equal((await desk.get('other', `/v1/needs?limit=2&cursor=${half.next}`)).status, 400, "another enterprise's cursor");
    for (let i = 0; i < 3; i++) await desk.ask('own', 'POST', '/v1/shortlists', { name: `清单 ${i}`, items: [] });
    const lists = (await desk.get('own', '/v1/shortlists?limit=2')).json;
    assert.equal((await desk.get('own', `/v1/shortlists?limit=2&cursor=${lists.next}`)).json.shortlists.length, 1);
    const cases = (await desk.get('staff', '/v1/cases?limit=2')).json;
    assert.deepEqual((await desk.get('staff', `/v1/cases?limit=2&cursor=${cases.next}`)).json.cases.map((entry) => entry.project), ['t:open']);
  });

  test('a verdict is taken back, and the next generation forgets it', async () => {
    const target = `/v1/pairs/${pair}/feedback`;
    assert.equal((await desk.ask('own', 'DELETE', target)).status, 404);
    assert.equal((await desk.ask('job', 'DELETE', target)).status, 403);
    assert.equal((await desk.ask('own', 'PUT', target, { verdict: 'accept' })).json.revision, 1);
    assert.equal((await desk.ask('other', 'DELETE', target)).status, 404, 'not its own');
    run('qiao-indexer', 'fold', '--data', desk.data);
    assert.equal((await desk.ask('own', 'DELETE', target, undefined, { 'If-Match': '"4"' })).status, 412);
    const gone = await desk.ask('own', 'DELETE', target);
    assert.deepEqual([gone.status, gone.headers.etag], [204, '"2"']);
    assert.equal((await desk.ask('own', 'DELETE', target)).status, 404);
    assert.equal(JSON.parse(run('qiao-indexer', 'fold', '--data', desk.data, '--json')).removed, 1);
    assert.equal(JSON.parse(run('qiao-indexer', 'fold', '--data', desk.data, '--json')).removed, 0);
    assert.equal((await desk.ask('own', 'PUT', target, { verdict: 'reject', reason: 'price' })).json.revision, 3);
  });

  test('the audit trail can be checked outside, and is for staff of all parks', async () => {
    const lines = [];
    for (let from = 1; from; ) {
      const { json } = await desk.get('staff', `/v1/audit?from=${from}&limit=20`);
      assert.ok(json.lines.length <= 20);
      lines.push(...json.lines);
      from = json.next;
    }
    assert.ok(lines.length > 40);
    const digest = (text) => execFileSync('b2sum', ['-l', '256'], { input: text, encoding: 'utf8' }).slice(0, 64);
    let before = '0'.repeat(64);
    lines.forEach((line, i) => {
      assert.deepEqual([line.number, line.before], [i + 1, before]);
      before = line.digest;
    });
    for (const line of [lines[0], lines.at(-1)]) assert.equal(digest(JSON.stringify(line).split(',"digest":')[0]), line.digest);
    const exported = run('qiao-api', 'audit', '--data', desk.data).trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(exported, lines);
    for (const [role, status] of [['haidian', 403], ['own', 403], ['job', 403], ['public', 401]]) assert.equal((await desk.get(role, '/v1/audit')).status, status, role);
    for (const query of ['from=0', 'from=x', 'limit=1001', 'to=3']) assert.equal((await desk.get('staff', `/v1/audit?${query}`)).status, 400, query);
  });
});
