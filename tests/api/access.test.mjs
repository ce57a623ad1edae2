// Keys, what callers see of what they may not see whole, and a day's work from a posted need to a signed case; who may do what at all is in matrix.test.mjs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server, build, fixtures, killLeftOvers, openapi, run, temporary, until } from './harness.mjs';

const OWN = '甲科技有限公司';
const OTHER = '乙材料有限公司';
const lines = (text) => text.trim().split('\n');

let data, server;
const keys = {};

function makeKey(...options) {
  return lines(run('qiao-api', 'key', 'create', '--data', data, ...options)).at(-1);
}

function as(role) {
  return role === 'public' ? {} : { Authorization: `Bearer ${keys[role]}` };
}

function ask(role, method, target, value, headers = {}) {
  const body = value === undefined ? undefined : JSON.stringify(value);
  return server.request(method, target, { headers: { ...as(role), ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers }, body });
}

describe('who calls, and what that caller may see', () => {
  before(async () => {
    data = temporary('access');
    const extra = path.join(data, 'extra.ndjson');
    const record = (id, kind, more) => JSON.stringify({ id, kind, title: { zh: '固态电池电解质', en: 'Solid electrolyte' }, ...more });
    fs.writeFileSync(extra, [
      record('t:own', 'need', { enterprise: { name: OWN, uscc: '91110000MA0000001X' }, problem: { zh: '需要硫化物固态电解质薄膜' }, decision_owner: '总工' }),
      record('t:other', 'need', { enterprise: { name: OTHER, uscc: '91110000MA0000002X' }, problem: { zh: '需要硫化物固态电解质薄膜与独门配方' } }),
      record('t:open', 'project', { summary: { en: 'Sulfide solid electrolyte film' }, org_name: 'Hidden Labs', org_confidential: true, source: { channel: 'private channel' }, contact_person: 'Jane Doe' }),
      record('t:closed', 'project', { summary: { en: 'Sulfide solid electrolyte film, not for all' }, visibility: 'staff' }),
      record('t:hints', 'project', { summary: { en: 'A coating that was shown in a pilot plant' }, title: { en: 'Enamel for stoves' }, org_name: 'Emaille GmbH', visibility: 'staff' }),
    ].join('\n') + '\n');
    run('qiao-indexer', 'import', '--data', data, fixtures('projects')[0], extra);
    run('qiao-indexer', 'build', '--data', data);
    server = await Server.start('qiao-api', data, ['--public']);
  });
  after(async () => {
    assert.equal(await server.stop(), 0, server.stderr.slice(-500));
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('without any key the service is open; the first key closes it at once', async () => {
    assert.equal((await server.get('/v1/needs/t:own')).status, 200);
    keys.staff = makeKey('--role', 'staff', '--label', 'desk one');
    assert.match(keys.staff, /^qiao_[0-9a-f]{8}_[0-9a-f]{64}$/);
    assert.equal((await server.get('/v1/needs')).status, 401);
    assert.equal((await ask('staff', 'GET', '/v1/needs')).status, 200);
    keys.own = makeKey('--role', 'enterprise', '--org', OWN);
    keys.other = makeKey('--role', 'enterprise', '--org', OTHER);
    keys.job = makeKey('--role', 'job');
    const listed = run('qiao-api', 'key', 'list', '--data', data);
    assert.equal(lines(listed).length, 4);
    for (const key of Object.values(keys)) assert.ok(!listed.includes(key.slice(14)), 'a secret is listed');
    assert.ok(!fs.readFileSync(path.join(data, 'desk.mdb')).includes(keys.staff.slice(14)), 'a secret is stored');
  });

  test('what words suggest is told apart from what the record says', async () => {
    const { suggested, trl, country } = (await ask('staff', 'GET', '/v1/projects/t:hints')).json;
    assert.deepEqual([trl, country], [undefined, undefined]);
    const of = Object.fromEntries(suggested.map((item) => [item.field, [item.value, item.words]]));
    assert.deepEqual([of.trl, of.country], [[6, 'pilot plant'], ['DE', 'GmbH']]);
    const filtered = await ask('staff', 'GET', '/v1/search?q=enamel&country=DE');
    assert.ok(!filtered.json.hits.some((hit) => hit.id === 't:hints'), 'a suggestion passes no filter');
  });

  test('records that say the same are named to those who may see them', async () => {
    const named = async (role, id) => (await ask(role, 'GET', `/v1/projects/${id}`)).json.duplicates;
    assert.deepEqual(await named('staff', 't:open'), ['t:closed']);
    assert.deepEqual(await named('staff', 't:closed'), ['t:open']);
    assert.equal(await named('own', 't:open'), undefined);
    assert.equal(await named('public', 't:open'), undefined);
    const listed = async (role) => (await ask(role, 'GET', '/v1/needs/t:own/matches?limit=50')).json.matches.filter((match) => match.project.id.startsWith('t:'));
    const staff = await listed('staff');
    assert.equal(staff.length, 1, 'one stands for both');
    assert.deepEqual([staff[0].project.id, ...staff[0].duplicates].sort(), ['t:closed', 't:open']);
    const own = await listed('own');
    assert.deepEqual(own.map((match) => [match.project.id, match.duplicates]), [['t:open', undefined]]);
  });

  test('wrong usage of key create is told', () => {
    for (const [options, pattern] of [
      [['--role', 'king'], /--role takes staff, enterprise or job/],
      [['--role', 'enterprise'], /--org NAME/],
      [['--role', 'staff', '--expires', 'soon'], /--expires takes a day/],
      [['--role', 'staff', '--threads', '2'], /does not take --threads/],
    ]) {
      const wrong = spawnSync(path.join(build, 'bin/qiao-api'), ['key', 'create', '--data', data, '--lang', 'en', ...options], { encoding: 'utf8' });
      assert.equal(wrong.status, 2, options.join(' '));
      assert.match(wrong.stderr, pattern);
      assert.equal(wrong.stdout, '');
    }
  });

  test('every route that asks for a key refuses a wrong one, in one way', async () => {
    for (const [route, operations] of Object.entries(openapi.paths))
      for (const [method, operation] of Object.entries(operations)) {
        if (!operation.responses['401']) continue;
        const target = route.replace('{id}', 't:own').replace('{need}', 't:own').replace('{project}', 't:open');
        for (const header of ['Bearer nonsense', `Bearer ${keys.staff.slice(0, -1)}${keys.staff.at(-1) === '0' ? '1' : '0'}`, 'Basic YTpi']) {
          const reply = await server.request(method.toUpperCase(), target, { headers: { Authorization: header } });
          assert.deepEqual([reply.status, reply.json.code, reply.headers['www-authenticate']], [401, 'unauthorized', 'Bearer'], `${method} ${target}`);
        }
      }
    for (const target of ['/', '/livez', '/readyz', '/v1/openapi.json']) assert.equal((await server.get(target, { Authorization: 'Bearer nonsense' })).status, 200, target);
  });

  test('suggestions know of public projects only, whoever asks', async () => {
    const suggest = async (role, typed) => (await ask(role, 'GET', `/v1/suggest?limit=20&q=${encodeURIComponent(typed)}`)).json.suggestions;
    for (const role of ['staff', 'job', 'own', 'other', 'public']) {
      // three needs and two projects bear the title; one of those is public
      assert.deepEqual((await suggest(role, '固态电池电解质')).filter((one) => one.kind === 'title').map((one) => [one.text, one.projects, one.id]), [['固态电池电解质', 1, 't:open']], role);
      for (const typed of ['Hidden L', OWN.slice(0, 3), OTHER.slice(0, 3), 'yicailiao', '甲', '独门', 'private ch', 'Jane'])
        for (const one of await suggest(role, typed)) assert.doesNotMatch(`${one.text} ${one.id ?? ''}`, /Hidden Labs|科技有限|材料有限|独门|private|Jane|t:own|t:other|t:closed/, `${role}: ${typed}`);
    }
    const answers = [];
    for (const role of ['staff', 'own', 'public']) answers.push((await ask(role, 'GET', '/v1/suggest?q=gutai')).body.toString());
    assert.equal(new Set(answers).size, 1);
  });

  test('search, counts, matches and ETags say nothing of the needs of others', async () => {
    for (const [role, ids] of [['own', ['t:own']], ['other', ['t:other']], ['public', []], ['staff', ['t:other', 't:own']]]) {
      const reply = await ask(role, 'GET', `/v1/search?side=needs&q=${encodeURIComponent('硫化物')}`);
      assert.deepEqual([reply.json.hits.map((hit) => hit.id).sort(), reply.json.total], [ids, ids.length], role);
      const matches = await ask(role, 'GET', '/v1/projects/t:open/matches');
      assert.deepEqual([matches.json.matches.map((match) => match.need.id).sort(), matches.json.considered], [ids, ids.length], role);
      assert.equal(matches.json.not_found !== undefined, role === 'staff', 'words that no need has');
      assert.equal((await ask(role, 'GET', '/v1/about')).json.catalogue.needs !== undefined, role === 'staff');
    }
    for (const target of ['/v1/search?side=needs', '/v1/projects/t:open/matches']) {
      const tags = await Promise.all(['staff', 'own', 'other', 'public'].map(async (role) => (await ask(role, 'GET', target)).headers.etag));
      assert.equal(new Set(tags).size, 4, target);
      assert.equal((await ask('own', 'GET', target, undefined, { 'If-None-Match': tags[0] })).status, 200);
    }
    const all = (await ask('own', 'GET', `/v1/search?q=${encodeURIComponent('sulfide electrolyte')}&limit=200`)).json.hits.map((hit) => hit.id);
    assert.ok(all.includes('t:open') && !all.includes('t:closed'));
    const found = (await ask('own', 'POST', '/v1/match', { text: 'sulfide solid electrolyte film, not for all', limit: 100 })).json.matches.map((match) => match.project.id);
    assert.ok(found.includes('t:open') && !found.includes('t:closed'));
  });

  test('confidential fields are for whom the table says', async () => {
    const open = Object.fromEntries(await Promise.all(['staff', 'job', 'own', 'public'].map(async (role) => [role, (await ask(role, 'GET', '/v1/projects/t:open')).json])));
    assert.deepEqual([open.staff.org_name, open.staff.source.channel, open.staff.contact_person], ['Hidden Labs', 'private channel', 'Jane Doe']);
    assert.deepEqual([open.job.org_name, open.job.source.channel], [undefined, 'private channel']);
    for (const role of ['own', 'public']) assert.doesNotMatch(JSON.stringify(open[role]), /Hidden|private|Jane/);
    assert.equal((await ask('own', 'GET', '/v1/needs/t:own')).json.decision_owner, '总工', 'what is its own it sees');
    assert.equal((await ask('job', 'GET', '/v1/needs/t:own')).json.enterprise.uscc, undefined);
  });

  test('a working day: a vague need, verdicts, a case to its signature', async () => {
    const posted = await ask('own', 'POST', '/v1/needs', { text: '我们想找固态电池用的电解质，最好是硫化物薄膜' });
    assert.equal(posted.status, 201);
    assert.ok(posted.json.matches.some((match) => match.project.id === 't:open') && !posted.json.matches.some((match) => match.project.id === 't:closed'));
    const id = posted.json.id, target = `/v1/needs/${id}`;
    assert.deepEqual([posted.headers.location, posted.headers.etag, posted.json.revision], [target, '"1"', 1]);

    const read = await ask('own', 'GET', target);
    assert.deepEqual([read.json.enterprise.name, read.json.revision, read.headers.etag], [OWN, 1, '"1"']);
    assert.equal((await ask('own', 'GET', target, undefined, { 'If-None-Match': '"1"' })).status, 304);
    assert.equal((await ask('other', 'GET', target)).status, 404);
    assert.deepEqual((await ask('own', 'GET', '/v1/needs')).json.needs.map((need) => need.id), [id]);
    assert.deepEqual((await ask('other', 'GET', '/v1/needs')).json.needs, []);
    assert.ok((await ask('own', 'GET', `${target}/matches`)).json.matches.some((match) => match.project.id === 't:open'));

    const why = await ask('own', 'GET', `/v1/pairs/${id}/t:open`);
    assert.deepEqual([why.status, why.json.need, why.json.project.id], [200, id, 't:open'], 'before the fold');
    assert.equal((await ask('other', 'GET', `/v1/pairs/${id}/t:open`)).status, 404);
    assert.equal((await ask('staff', 'GET', `${target}/excluded`)).json.need, id);
    assert.equal((await ask('staff', 'GET', `${target}/excluded`, undefined, { 'If-None-Match': (await ask('staff', 'GET', `${target}/excluded`)).headers.etag })).status, 304);

    const changed = { title: { zh: '固态电池电解质薄膜' }, problem: { zh: '需要硫化物薄膜' }, trl_min: 5 };
    assert.equal((await ask('own', 'PUT', target, changed)).status, 428);
    assert.equal((await ask('own', 'PUT', target, changed, { 'If-Match': '"7"' })).status, 412);
    assert.equal((await ask('other', 'PUT', target, changed, { 'If-Match': '"1"' })).status, 404);
    assert.equal((await ask('own', 'PUT', target, { ...changed, enterprise: { name: OTHER } }, { 'If-Match': '"1"' })).status, 400);
    assert.equal((await ask('own', 'PUT', target, { ...changed, id: 't:stolen' }, { 'If-Match': '"1"' })).status, 400);
    const second = await ask('own', 'PUT', target, changed, { 'If-Match': '"1"' });
    assert.deepEqual([second.status, second.json.revision], [200, 2]);
    assert.equal((await ask('own', 'PUT', target, changed, { 'If-Match': '"1"' })).status, 412);

    const pair = `${id}/t:open`;
    assert.equal((await ask('staff', 'PUT', `/v1/pairs/${pair}/feedback`, { verdict: 'accept' })).status, 200);
    assert.equal((await ask('staff', 'PUT', `/v1/pairs/${id}/t:closed/feedback`, { verdict: 'reject', reason: 'off_field' })).json.reason, 'off_field');
    for (const wrong of [{ verdict: 'reject' }, { verdict: 'maybe' }, { verdict: 'accept', reasom: 'price' }, {}]) assert.equal((await ask('staff', 'PUT', `/v1/pairs/${pair}/feedback`, wrong)).status, 400);
    assert.equal((await ask('own', 'PUT', `/v1/pairs/${pair}/feedback`, { verdict: 'reject', reason: 'price' })).status, 200);
    const told = async (role) => (await ask(role, 'GET', `${target}/feedback`)).json.feedback.map((one) => `${one.project} ${one.verdict}`).sort();
    assert.deepEqual(await told('staff'), ['t:closed reject', 't:open accept', 't:open reject']);
    assert.deepEqual(await told('own'), ['t:open reject'], 'what staff think of it is not for the enterprise');
    assert.equal((await ask('staff', 'GET', `${target}/feedback?a=1`)).status, 400);
    for (const status of ['contacted', 'negotiating', 'signed']) assert.equal((await ask('staff', 'PUT', `/v1/cases/${pair}`, { status })).json.status, status);
    assert.equal((await ask('staff', 'PUT', `/v1/cases/${pair}`, { status: 'won' })).status, 400);
    assert.equal((await ask('staff', 'PUT', `/v1/cases/${pair}`, { status: 'landed' }, { 'If-Match': '"1"' })).status, 412);
    const seen = await ask('own', 'GET', `/v1/cases/${pair}`);
    assert.deepEqual([seen.json.status, seen.json.revision, seen.headers.etag], ['signed', 3, '"3"']);
    assert.equal((await ask('own', 'GET', `/v1/cases/${pair}`, undefined, { 'If-None-Match': '"3"' })).status, 304);
    assert.ok((await ask('own', 'GET', '/v1/cases')).json.cases.some((entry) => entry.need === id));
    assert.deepEqual((await ask('other', 'GET', '/v1/cases')).json.cases, []);

    const folded = JSON.parse(run('qiao-indexer', 'fold', '--data', data, '--json'));
    assert.deepEqual([folded.refused, folded.unchanged, folded.new >= 3], [0, 0, true]);
    assert.equal(JSON.parse(run('qiao-indexer', 'fold', '--data', data, '--json')).unchanged, folded.new);
    run('qiao-indexer', 'build', '--data', data);
    await until(async () => (await ask('staff', 'GET', '/v1/about')).json.generation === 'gen-0000000002', 'the next generation', 30000);
    assert.deepEqual((await ask('own', 'GET', `/v1/search?side=needs&q=${encodeURIComponent('硫化物薄膜')}`)).json.hits.map((hit) => hit.id).sort(), [id, 't:own']);
    assert.ok(!(await ask('other', 'GET', '/v1/search?side=needs')).json.hits.some((hit) => hit.id === id));

    const project = await ask('staff', 'POST', '/v1/projects', { project: { title: { en: 'Dry electrode line' }, country: 'DE' } });
    assert.equal(project.status, 201);
    const there = `/v1/projects/${project.json.id}`;
    assert.deepEqual([(await ask('own', 'GET', there)).status, (await ask('staff', 'PUT', there, { title: 'Dry electrode' })).status], [200, 428]);
    assert.equal((await ask('staff', 'PUT', there, { title: 'Dry electrode' }, { 'If-Match': '"9"' })).status, 412);
    assert.equal((await ask('staff', 'PUT', there, { title: 'Dry electrode' }, { 'If-Match': '*' })).status, 200);
    assert.equal((await ask('staff', 'PUT', '/v1/projects/desk:none', { title: 'x' }, { 'If-Match': '*' })).status, 404);
    assert.equal((await ask('staff', 'DELETE', there)).status, 428);
    assert.equal((await ask('staff', 'DELETE', there, undefined, { 'If-Match': '"1"' })).status, 412);
    assert.equal((await ask('staff', 'DELETE', there, undefined, { 'If-Match': '"2"' })).status, 204);
    assert.equal((await ask('staff', 'GET', there)).status, 404);
    assert.equal((await ask('staff', 'DELETE', there, undefined, { 'If-Match': '*' })).status, 404);

    assert.equal((await ask('own', 'DELETE', target)).status, 428);
    assert.equal((await ask('own', 'DELETE', target, undefined, { 'If-Match': '"1"' })).status, 412);
    assert.equal((await ask('own', 'DELETE', target, undefined, { 'If-Match': '"2"' })).status, 204);
    assert.equal((await ask('own', 'GET', target)).status, 404);
  });

  test('shortlists: staff share theirs, an enterprise has its own', async () => {
    const list = { name: '候选', items: [{ project: 't:open', note: '先联系' }] };
    const made = await ask('own', 'POST', '/v1/shortlists', list), target = made.headers.location;
    assert.deepEqual([made.status, made.json.items, made.headers.etag], [201, list.items, '"1"']);
    assert.deepEqual((await ask('own', 'GET', target)).json, made.json);
    assert.equal((await ask('own', 'GET', target, undefined, { 'If-None-Match': '"1"' })).status, 304);
    for (const role of ['other', 'staff']) {
      assert.equal((await ask(role, 'GET', target)).status, 404, role);
      assert.equal((await ask(role, 'PUT', target, list, { 'If-Match': '"1"' })).status, 404, role);
      assert.equal((await ask(role, 'DELETE', target, undefined, { 'If-Match': '"1"' })).status, 404, role);
      assert.deepEqual((await ask(role, 'GET', '/v1/shortlists')).json.shortlists, [], role);
    }
    for (const items of [[{ project: 't:closed' }], [{ need: 't:other' }]]) assert.equal((await ask('own', 'POST', '/v1/shortlists', { name: 'x', items })).status, 404);
    for (const wrong of [{}, { name: '', items: [] }, { name: 'x', items: [{}] }, { name: 'x', items: [{ need: 't:own', project: 't:open' }] }, { name: 'x', items: [{ need: 't:own', more: 1 }] }, { name: 'x', items: [], more: 1 }, { name: 'x', items: Array(201).fill({ need: 't:own' }) }])
      assert.equal((await ask('own', 'POST', '/v1/shortlists', wrong)).status, 400, JSON.stringify(wrong).slice(0, 80));
    for (const [method, body] of [['PUT', list], ['DELETE', undefined]]) {
      assert.equal((await ask('own', method, target, body)).status, 428);
      assert.equal((await ask('own', method, target, body, { 'If-Match': '"5"' })).status, 412);
    }
    assert.equal((await ask('own', 'PUT', target, { name: 'x', items: [] }, { 'If-Match': '"1"' })).json.revision, 2);
    assert.equal((await ask('own', 'GET', '/v1/shortlists')).json.shortlists.length, 1);
    assert.equal((await ask('own', 'DELETE', target, undefined, { 'If-Match': '"2"' })).status, 204);
    assert.equal((await ask('own', 'GET', target)).status, 404);
  });

  test('bodies and parameters of the desk: what is wrong is refused', async () => {
    for (const [method, target] of [['POST', '/v1/needs'], ['POST', '/v1/projects']]) {
      assert.equal((await server.request(method, target, { headers: { ...as('staff'), 'Content-Type': 'text/plain' }, body: 'x' })).status, 415);
      assert.equal((await ask('staff', method, target, { title: 'x'.repeat(1 << 20) })).status, 413);
      assert.equal((await ask('staff', method, target, { nonsense: 1 })).status, 400);
    }
    for (const [route, operations] of Object.entries(openapi.paths))
      for (const [method, operation] of Object.entries(operations)) {
        if (!operation.tags.includes('desk')) continue;
        const target = route.replace('{id}', 't:own').replace('{need}', 't:own').replace('{project}', 't:open');
        assert.equal((await ask('staff', method.toUpperCase(), `${target}?nonsense=1`, method === 'get' || method === 'delete' ? undefined : {})).status, 400, target);
      }
  });

  test('a key is refused from its revocation on, and after its day', async () => {
    const past = makeKey('--role', 'staff', '--expires', '2020-01-01');
    assert.match((await server.get('/v1/needs', { Authorization: `Bearer ${past}` })).json.detail, /expired/);
    run('qiao-api', 'key', 'revoke', '--data', data, keys.other.slice(5, 13));
    assert.match((await ask('other', 'GET', '/v1/needs')).json.detail, /revoked/);
  });

  test('backup, verify, restore', () => {
    const copy = path.join(data, 'backup.mdb'), fresh = temporary('restored');
    run('qiao-api', 'backup', '--data', data, copy);
    run('qiao-api', 'restore', '--data', fresh, copy);
    assert.match(run('qiao-api', 'verify', '--data', fresh, '--lang', 'en'), /the desk is sound/);
    assert.equal(run('qiao-api', 'key', 'list', '--data', fresh), run('qiao-api', 'key', 'list', '--data', data));
    assert.equal(spawnSync(path.join(build, 'bin/qiao-api'), ['restore', '--data', fresh, copy]).status, 4, 'a desk is never written over');
    fs.rmSync(fresh, { recursive: true });
  });

  test('without --public nothing is read without a key', async () => {
    const closed = await Server.start('qiao-api', data);
    assert.equal((await closed.get('/v1/projects/t:open')).status, 401);
    assert.equal((await closed.get('/livez')).status, 200);
    assert.equal(await closed.stop(), 0);
  });
});
