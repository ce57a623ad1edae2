// Search as staff use it, over HTTP: operators, counts, orders, bounds, pages, similar records; what is posted is found at once, by those it is for.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server, fixtures, killLeftOvers, run, temporary } from './harness.mjs';

const OWN = '甲科技有限公司';
const OTHER = '乙材料有限公司';

let data, server;
const keys = {};
const q = encodeURIComponent;
const ids = (reply) => reply.json.hits.map((hit) => hit.id);
const counts = (reply, facet) => Object.fromEntries(reply.json.facets[facet].map(({ value, count }) => [value, count]));

function ask(role, method, target, value, headers = {}) {
  const body = value === undefined ? undefined : JSON.stringify(value);
  return server.request(method, target, { headers: { Authorization: `Bearer ${keys[role]}`, ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers }, body });
}

describe('search', () => {
  before(async () => {
    data = temporary('search');
    const extra = path.join(data, 'extra.ndjson');
    const record = (id, more) => JSON.stringify({ id, kind: 'project', title: { en: 'Quokka valve' }, ...more });
    fs.writeFileSync(extra, [
      record('q:1', { country: 'DE', trl: 4, fields: ['energy.battery'], price_min: '100000', currency: 'CNY', published_at: '2024-05-01', updated_at: '2026-01-01', expires_at: '2099-01-01' }),
      record('q:2', { country: 'FR', trl: 7, summary: { en: 'Made of ceramic' }, published_at: '2025-05-01', updated_at: '2026-01-02', expires_at: '2098-01-01' }),
      record('q:3', { country: 'FR', visibility: 'staff', updated_at: '2026-01-03' }),
      JSON.stringify({ id: 'w:said', kind: 'project', title: { en: 'Bilby sieve' }, country: 'FI', trl: 6, fields: ['ai.nlp'] }),
      JSON.stringify({ id: 'w:suggested', kind: 'project', title: { en: 'Bilby sieve' },
        summary: { en: 'A Finnish sensor company offers natural language processing and natural language generation, shown in a pilot plant.' } }),
      JSON.stringify({ id: 'q:own', kind: 'need', title: { zh: '袋熊阀门', en: 'Wombat gasket' }, enterprise: { name: OWN, park: 'haidian' } }),
      JSON.stringify({ id: 'q:other', kind: 'need', title: { zh: '袋熊阀门', en: 'Wombat gasket' }, enterprise: { name: OTHER, park: 'changping' } }),
    ].join('\n') + '\n');
    run('qiao-indexer', 'import', '--data', data, ...fixtures('projects'), extra);
    run('qiao-indexer', 'build', '--data', data);
    const makeKey = (...options) => run('qiao-api', 'key', 'create', '--data', data, ...options).trim().split('\n').at(-1);
    keys.staff = makeKey('--role', 'staff');
    keys.park = makeKey('--role', 'staff', '--park', 'haidian');
    keys.own = makeKey('--role', 'enterprise', '--org', OWN);
    keys.other = makeKey('--role', 'enterprise', '--org', OTHER);
    server = await Server.start('qiao-api', data);
  });
  after(async () => {
    assert.equal(await server.stop(), 0, server.stderr.slice(-500));
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('operators, prefixes and fields in both languages', async () => {
    for (const [query, expected] of [
      ['quokka -ceramic', ['q:1', 'q:3']],
      ['quokka 非 ceramic', ['q:1', 'q:3']],
      ['quokk*', ['q:1', 'q:2', 'q:3']],
      ['标题：quokka AND ceramic', ['q:2']],
      ['title:(quokka) NOT (ceramic OR zzyzx)', ['q:1', 'q:3']],
    ])
      assert.deepEqual(ids(await ask('staff', 'GET', `/v1/search?q=${q(query)}`)).sort(), expected, query);
  });

  test('whatever is typed is a query', async () => {
    const hostile = ['(', ')', '((((((', '"', 'AND', 'OR OR', 'NOT', '-', '- -', '*', '***', 'a*b*', '()', 'title:', 'title:(', 'id:""', '与 或 非', '（', '-("', 'NOT NOT NOT', 'x AND (y OR', `${'('.repeat(900)}quokka${')'.repeat(900)}`, 'quokka OR '.repeat(180), '-a '.repeat(600), 'ab* '.repeat(400), 'abc* '.repeat(390), '💥 AND 💥', 'country:DE', '"quokka', '«'.repeat(600), '\\', "'; DROP TABLE", '%', '<script>'];
    for (const query of hostile) assert.equal((await ask('staff', 'GET', `/v1/search?q=${q(query)}&facets=country`)).status, 200, query.slice(0, 40));
  });

  test('counts: exact, of what the caller may see; other choices shown where asked', async () => {
    const all = await ask('staff', 'GET', '/v1/search?q=quokka&facets=country,trl,field,language,year,group,park,mode,source');
    assert.deepEqual([counts(all, 'country'), counts(all, 'trl'), all.json.total, all.json.estimated], [{ FR: 2, DE: 1 }, { 4: 1, 7: 1 }, 3, false]);
    assert.deepEqual(counts(all, 'field'), { energy: 1, 'energy.battery': 1 });
    assert.equal(counts(all, 'group').EU, 3);
    assert.deepEqual(counts(await ask('own', 'GET', '/v1/search?q=quokka&facets=country'), 'country'), { DE: 1, FR: 1 });
    const narrow = await ask('staff', 'GET', '/v1/search?q=quokka&facets=country&country=DE');
    const open = await ask('staff', 'GET', '/v1/search?q=quokka&facets=country&country=DE&disjunctive=true');
    assert.deepEqual([counts(narrow, 'country'), counts(open, 'country'), open.json.total, ids(open)], [{ DE: 1 }, { DE: 1, FR: 2 }, 1, ['q:1']]);
    for (const [role, parks] of [['staff', { haidian: 1, changping: 1 }], ['park', { haidian: 1 }], ['own', { haidian: 1 }], ['other', { changping: 1 }]])
      assert.deepEqual(counts(await ask(role, 'GET', '/v1/search?side=needs&facets=park&park=haidian&disjunctive=true'), 'park'), parks, role);
    const cut = await ask('staff', 'GET', '/v1/search?facets=country,trl&facet_values=2');
    assert.deepEqual([cut.json.facets.country.length, cut.json.facets_cut], [2, ['country', 'trl']]);
  });

  test('orders and bounds', async () => {
    for (const [more, expected] of [
      ['sort=newest', ['q:3', 'q:2', 'q:1']],
      ['sort=oldest', ['q:1', 'q:2', 'q:3']],
      ['sort=trl', ['q:2', 'q:1', 'q:3']],
      ['sort=deadline', ['q:2', 'q:1', 'q:3']],
      ['year_min=2025', ['q:2']],
      ['year_max=2024&year_min=2024', ['q:1']],
      ['money_min=50000', ['q:1']],
      ['money_max=50000', []],
      ['deadline_min=2098-06-01', ['q:1']],
      ['deadline_max=2098-06-01', ['q:2']],
    ])
      assert.deepEqual(ids(await ask('staff', 'GET', `/v1/search?q=quokka&${more}`)), expected, more);
    const told = (await ask('staff', 'GET', '/v1/search?q=quokka&money_min=1&year_min=2000&deadline_min=2026-01-01')).json;
    assert.deepEqual([told.money_unknown, told.year_unknown, told.deadline_unknown], [1, 0, 0]);
    for (const wrong of ['sort=best', 'year_min=1', 'year_min=2026&year_max=2020', 'money_min=0', 'money_min=-5', 'money_min=9&money_max=3', 'money_min=1e9', 'deadline_min=tomorrow', 'deadline_min=2026-02-30', 'deadline_min=2026-12-31&deadline_max=2026-01-01', 'facets=colour', 'facets=', 'facets=country,country', 'facet_values=0', 'facet_values=201', 'disjunctive=maybe'])
      assert.equal((await ask('staff', 'GET', `/v1/search?${wrong}`)).status, 400, wrong);
  });

  test('pages follow each other by next', async () => {
    const whole = ids(await ask('staff', 'GET', '/v1/search?limit=60&sort=trl'));
    const paged = [];
    for (let offset = 0; offset !== null && offset < 60; ) {
      const reply = await ask('staff', 'GET', `/v1/search?limit=20&sort=trl&offset=${offset}`);
      paged.push(...ids(reply));
      offset = reply.json.next;
    }
    assert.deepEqual(paged, whole);
  });

  test('similar records: of the same side, not itself, not what may not be seen', async () => {
    const staff = ids(await ask('staff', 'GET', '/v1/projects/q:1/similar')), own = ids(await ask('own', 'GET', '/v1/projects/q:1/similar'));
    assert.deepEqual([staff.slice(0, 2).sort(), own[0]], [['q:2', 'q:3'], 'q:2']);
    assert.ok(!own.includes('q:3') && !staff.includes('q:1'));
    assert.deepEqual(ids(await ask('staff', 'GET', '/v1/needs/q:own/similar?limit=1')), ['q:other']);
    assert.deepEqual(ids(await ask('own', 'GET', '/v1/needs/q:own/similar')), []);
    for (const [target, status] of [['/v1/needs/q:other/similar', 404], ['/v1/projects/q:3/similar', 404], ['/v1/projects/q:none/similar', 404], ['/v1/projects/q:1/similar?limit=51', 400], ['/v1/projects/q:1/similar?q=x', 400]])
      assert.equal((await ask('own', 'GET', target)).status, status, target);
    for (const target of ['/v1/projects/q:1/similar', '/v1/needs/q:own/similar']) {
      const { etag } = (await ask('own', 'GET', target)).headers;
      assert.equal((await ask('own', 'GET', target, undefined, { 'If-None-Match': etag })).status, 304);
      assert.equal((await ask('own', 'GET', `${target}?limit=0`)).status, 400);
    }
  });

  test('a posted need is found at once by its owner and staff, by nobody else, and is gone at once', async () => {
    const target = `/v1/search?side=needs&q=${q('袋熊')}&facets=park`;
    const before = { own: await ask('own', 'GET', target), other: await ask('other', 'GET', target) };
    const posted = await ask('own', 'POST', '/v1/needs', { need: { title: { zh: '寻找袋熊密封件' }, problem: { zh: '袋熊密封件漏水' }, enterprise: { park: 'haidian' } } });
    const { id } = posted.json;
    assert.equal(posted.status, 201);
    for (const role of ['own', 'staff', 'park']) assert.ok(ids(await ask(role, 'GET', target)).includes(id), role);
    assert.deepEqual(counts(await ask('own', 'GET', target), 'park'), { haidian: 2 });
    const others = await ask('other', 'GET', target);
    assert.deepEqual([others.json, others.headers.etag], [before.other.json, before.other.headers.etag], 'another enterprise learns nothing, not even by scores');
    assert.equal((await ask('other', 'GET', target, undefined, { 'If-None-Match': others.headers.etag })).status, 304);
    assert.equal((await ask('own', 'GET', target, undefined, { 'If-None-Match': before.own.headers.etag })).status, 200);
    assert.ok(ids(await ask('staff', 'GET', '/v1/needs/q:own/similar')).includes(id));
    const changed = await ask('own', 'PUT', `/v1/needs/${id}`, { title: { zh: '寻找袋鼠密封件' } }, { 'If-Match': '"1"' });
    assert.equal(changed.status, 200);
    assert.ok(!ids(await ask('own', 'GET', `/v1/search?side=needs&q=${q('"袋熊"')}`)).includes(id));
    assert.deepEqual(ids(await ask('own', 'GET', `/v1/search?side=needs&q=${q('袋鼠')}`)), [id]);
    assert.equal((await ask('own', 'DELETE', `/v1/needs/${id}`, undefined, { 'If-Match': '"2"' })).status, 204);
    assert.deepEqual(ids(await ask('own', 'GET', `/v1/search?side=needs&q=${q('袋鼠')}`)), []);
    assert.equal((await ask('own', 'GET', target)).headers.etag, before.own.headers.etag, 'as it was');
  });

  test('what was looked for and not found is kept for staff of all parks, without who asked', async () => {
    const zero = async () => (await ask('staff', 'GET', '/v1/zero-hits?limit=1000')).json.zero_hits;
    assert.deepEqual((await zero()).filter((row) => /numbat/.test(row.query)), []);
    for (let i = 0; i < 3; i++) assert.equal((await ask('own', 'GET', `/v1/search?q=${q(i < 2 ? ' Numbat  BURROW ' : 'numbat burrow')}&country=DE&translate=false`)).json.total, 0);
    await ask('own', 'GET', '/v1/search?side=needs&q=numbat');
    await ask('own', 'POST', '/v1/match', { text: '袋食蚁兽挖洞技术 numbat' });
    for (const hidden of ['numbat a@example.com', 'numbat 13812345678', `numbat ${OWN}`]) {
      await ask('own', 'GET', `/v1/search?q=${q(hidden)}&country=DE`);
      await ask('own', 'POST', '/v1/match', { text: hidden });
    }
    await ask('own', 'GET', '/v1/search?q=numbat&offset=20');
    await ask('own', 'GET', '/v1/search?q=quokka');
    const rows = (await zero()).filter((row) => /numbat/.test(row.query));
    const today = new Date().toISOString().slice(0, 10);
    assert.deepEqual(rows.map(({ of, side, query, filters, count }) => [of, side, query, filters, count]).sort(), [
      ['match', 'projects', '袋食蚁兽挖洞技术 numbat', [], 1],
      ['search', 'needs', 'numbat', [], 1],
      ['search', 'projects', 'numbat burrow', ['country:DE'], 3],
    ]);
    assert.equal(rows[0].query, 'numbat burrow', 'the most frequent first');
    assert.ok(rows.every((row) => row.first <= today && row.last <= today && row.first >= '2026-01-01'));
    assert.doesNotMatch(JSON.stringify(rows), /owner|access|甲科技|qiao_/);
    assert.deepEqual([(await ask('staff', 'GET', '/v1/zero-hits?limit=1')).json.more, (await ask('staff', 'GET', '/v1/zero-hits?limit=1')).json.zero_hits.length], [true, 1]);
    for (const [role, status] of [['park', 403], ['own', 403]]) assert.equal((await ask(role, 'GET', '/v1/zero-hits')).status, status, role);
    for (const wrong of ['limit=0', 'limit=1001', 'q=x']) assert.equal((await ask('staff', 'GET', `/v1/zero-hits?${wrong}`)).status, 400, wrong);
  });

  test('a posted project is found until it is withdrawn; the next generation holds it without doubling it', async () => {
    const project = (await ask('staff', 'POST', '/v1/projects', { project: { title: { en: 'Numbat hydraulic ram' }, country: 'AT' } })).json.id;
    const target = '/v1/search?q=numbat&facets=country';
    assert.deepEqual(ids(await ask('own', 'GET', target)), [project]);
    run('qiao-indexer', 'fold', '--data', data);
    run('qiao-indexer', 'build', '--data', data);
    for (let reply; (reply = await ask('own', 'GET', target)).json.generation !== 'gen-0000000002'; await new Promise((done) => setTimeout(done, 50))) assert.equal(reply.status, 200);
    const after = await ask('own', 'GET', target);
    assert.deepEqual([ids(after), after.json.total, counts(after, 'country')], [[project], 1, { AT: 1 }]);
    assert.equal((await ask('staff', 'DELETE', `/v1/projects/${project}`, undefined, { 'If-Match': '"1"' })).status, 204);
    const gone = await ask('own', 'GET', target);
    assert.deepEqual([ids(gone), gone.json.total, counts(gone, 'country')], [[], 0, {}]);
  });

  test('what words suggest passes a filter only where that is asked for', async () => {
    const found = async (filters) => ids(await ask('staff', 'GET', `/v1/search?q=bilby&${filters}`)).sort();
    const suggested = { trl: 6, country: 'FI', fields: 'ai.nlp' };
    const told = (await ask('staff', 'GET', '/v1/projects/w:suggested')).json.suggested;
    assert.deepEqual(Object.fromEntries(told.map(({ field, value }) => [field, value])), suggested);
    for (const filter of ['country=FI', 'group=EU', 'field=ai.nlp', 'field=ai', 'trl_min=5&trl_max=7', 'trl_min=6', 'country=FI&trl_max=6&field=ai']) {
      assert.deepEqual(await found(filter), ['w:said'], filter);
      assert.deepEqual(await found(`${filter}&include_suggested=false`), ['w:said'], filter);
      assert.deepEqual(await found(`${filter}&include_suggested=true`), ['w:said', 'w:suggested'], filter);
    }
    for (const filter of ['country=SE', 'trl_min=7', 'field=energy', 'country=FI&trl_min=7']) assert.deepEqual(await found(`${filter}&include_suggested=true`), [], filter);
    assert.equal((await ask('staff', 'GET', '/v1/search?q=bilby&include_suggested=often')).status, 400);
    assert.equal((await ask('staff', 'GET', '/v1/projects?include_suggested=true')).status, 400, 'a list of what was posted knows no suggestions');
    const matched = async (filters) => {
      const reply = await ask('staff', 'POST', '/v1/match', { text: 'Bilby sieve', filters });
      assert.equal(reply.status, 200, reply.body.toString());
      return reply.json.matches.map((match) => match.project.id).filter((id) => id.startsWith('w:')).sort();
    };
    assert.deepEqual(await matched({ country: 'FI' }), ['w:said']);
    assert.deepEqual(await matched({ country: ['FI', 'SE'], trl_min: 6, include_suggested: true }), ['w:said', 'w:suggested']);
    const facets = (await ask('staff', 'GET', '/v1/search?q=bilby&facets=country,field,trl')).json.facets;
    assert.deepEqual([counts({ json: { facets } }, 'country'), facets.trl.map(({ value, count }) => [value, count])], [{ FI: 1 }, [['6', 1]]], 'nothing suggested is counted');
    const posted = await ask('staff', 'POST', '/v1/projects', { kind: 'project', title: { en: 'Bilby sieve' }, summary: { en: 'A Finnish sensor company offers it.' } });
    assert.equal(posted.status, 201, posted.body.toString());
    assert.deepEqual(await found('country=FI'), ['w:said']);
    assert.deepEqual(await found('country=FI&include_suggested=true'), [posted.json.id, 'w:said', 'w:suggested']);
    assert.equal((await ask('staff', 'DELETE', `/v1/projects/${posted.json.id}`, undefined, { 'If-Match': posted.headers.etag })).status, 204);
    const kept = await ask('staff', 'POST', '/v1/searches', { name: 'Finnish sieves', side: 'projects', q: 'bilby', filters: { country: 'FI', trl_min: 6, include_suggested: true } });
    assert.equal(kept.status, 201, kept.body.toString());
    assert.equal((await ask('staff', 'DELETE', `/v1/searches/${kept.json.id}`, undefined, { 'If-Match': kept.headers.etag })).status, 204);
  });
});
