// Who may do what: one table of routes, of whose the object is, and of callers; every cell is asked, and what a caller may not see must read as what is not there.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Desk, OTHER, OWN } from './desk.mjs';
import { Server, killLeftOvers, openapi, routeOf, until } from './harness.mjs';

// The columns: staff of all parks, of the park of the own need, of that of the other's; two enterprises; the job; nobody.
const callers = ['staff', 'haidian', 'changping', 'own', 'other', 'job', 'public'];

// Objects by name; missing ones are as long as those that they stand beside. Filled in when the desk is there.
// own and other were posted here, imported ones come from the generation.
const ids = { open: 't:open', closed: 't:closed', openMissing: 't:none', closedMissing: 't:nobody', imported: 't:own', importedOther: 't:other', importedGone: 't:gon', importedOtherGone: 't:goner', word: 't:word', night: 'nightly-20200101T000000Z-1', noNight: 'nightly-20200102T000000Z-1', noKey: '00000000' };
const missing = { own: 'gone', other: 'gone', imported: 'importedGone', importedOther: 'importedOtherGone', list: 'noList', sharedList: 'noList', search: 'noSearch', sharedSearch: 'noSearch', open: 'openMissing', closed: 'closedMissing' };

const need = { own: '200 200 404 200 404 200 404', other: '200 404 200 404 200 200 404', gone: '404 404 404 404 404 404 404' };
const keyed = (rows) => Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.replace(/404$/, '401')]));
const inside = { own: '200 200 404 403 403 200 401', other: '200 404 200 403 403 200 401', gone: '404 404 404 403 403 404 401' };
const old = { imported: need.own, importedOther: need.other, importedGone: need.gone };
const read = { own: '200 200 404 200 404 403 401', other: '200 404 200 404 200 403 401', gone: '404 404 404 404 404 403 401' };
const notHere = { imported: '403 403 404 403 404 403 401', importedOther: '403 404 403 404 403 403 401', importedGone: need.gone.replace(/404$/, '401') };
const written = { own: '412 412 404 412 404 412 401', other: '412 404 412 404 412 412 401', gone: '404 404 404 404 404 404 401' };
const project = { open: '200 200 200 200 200 200 200', closed: '200 200 200 404 404 200 404', openMissing: '404 404 404 404 404 404 404' };
const pair = { 'own/open': need.own, 'own/closed': '200 200 404 404 404 200 404', 'other/open': need.other, 'gone/open': need.gone, 'own/openMissing': '404 404 404 404 404 404 404' };
const said = { 'own/open': '200 200 404 200 404 403 401', 'own/closed': '200 200 404 404 404 403 401', 'other/open': '200 404 200 404 200 403 401', 'gone/open': '404 404 404 404 404 403 401' };
const list = { list: '404 404 404 200 404 403 401', sharedList: '200 404 404 404 404 403 401', noList: '404 404 404 404 404 403 401' };
const search = { search: list.list, sharedSearch: list.sharedList, noSearch: list.noList };
const changed = (rows) => Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.replaceAll(/20[04]/g, '412')]));
const all = '200 200 200 200 200 200 200', withKey = '200 200 200 200 200 200 401', ownDesk = '200 200 200 200 200 403 401', staff = '200 200 200 403 403 403 401', allParks = '200 403 403 403 403 403 401';
const asAll = (status) => allParks.replace('200', status);
const stale = { 'If-Match': '"99"' };

// [method, route, expected: object -> a status for each caller, or one row where there is no object; what is sent]
const table = [
  ['GET', '/v1/needs/{id}', need],
  ['GET', '/v1/needs/{id}/matches', need],
  ['GET', '/v1/needs/{id}/excluded', inside],
  ['GET', '/v1/needs/{id}/similar', old],
  ['GET', '/v1/needs/{id}/feedback', { ...read, imported: read.own, importedOther: read.other, importedGone: read.gone }],
  ['PUT', '/v1/needs/{id}', { ...written, ...notHere }, { body: { title: 'x' }, headers: stale }],
  ['DELETE', '/v1/needs/{id}', { ...written, ...notHere }, { headers: stale }],
  ['GET', '/v1/exports/needs/{id}/matches', keyed(need)],
  ['GET', '/v1/projects/{id}', project],
  ['GET', '/v1/projects/{id}/matches', project],
  ['GET', '/v1/projects/{id}/similar', project],
  ['PUT', '/v1/projects/{id}', { open: '403 403 403 403 403 403 401', closed: '403 403 403 403 403 403 401', openMissing: '404 404 404 403 403 404 401' }, { body: { title: 'x' }, headers: stale }],
  ['DELETE', '/v1/projects/{id}', { open: '403 403 403 403 403 403 401', closed: '403 403 403 403 403 403 401', openMissing: '404 404 404 403 403 404 401' }, { headers: stale }],
  ['GET', '/v1/pairs/{need}/{project}', pair],
  ['PUT', '/v1/pairs/{need}/{project}/feedback', said, { body: { verdict: 'accept' } }],
  ['DELETE', '/v1/pairs/{need}/{project}/feedback', changed(said), { headers: stale }],
  ['GET', '/v1/cases/{need}/{project}', keyed({ ...pair })],
  ['GET', '/v1/cases/{need}/{project}/history', keyed({ ...pair })],
  ['PUT', '/v1/cases/{need}/{project}', { 'own/open': '412 412 404 403 403 403 401', 'other/open': '412 404 412 403 403 403 401', 'gone/open': '404 404 404 403 403 403 401' }, { body: { status: 'negotiating' }, headers: stale }],
  ['GET', '/v1/shortlists/{id}', list],
  ['PUT', '/v1/shortlists/{id}', changed(list), { body: { name: 'x', items: [] }, headers: stale }],
  ['DELETE', '/v1/shortlists/{id}', changed(list), { headers: stale }],
  ['GET', '/v1/exports/shortlists/{id}', list],
  ['GET', '/v1/searches/{id}', search],
  ['GET', '/v1/searches/{id}/news', search],
  ['PUT', '/v1/searches/{id}', changed(search), { body: { name: 'x', q: 'x' }, headers: stale }],
  ['DELETE', '/v1/searches/{id}', changed(search), { headers: stale }],
  ['GET', '/v1/about', all],
  ['GET', '/v1/reasons', all],
  ['GET', '/v1/search', all],
  ['GET', '/v1/search?side=needs&facets=park,field,year,mode', all],
  ['GET', '/v1/suggest?q=%E7%94%B5%E6%B1%A0', all],
  ['GET', '/v1/suggest?side=needs&q=%E5%9B%BA%E6%80%81', all],
  ['POST', '/v1/match', all, { body: { text: '硫化物固态电解质' } }],
  ['POST', '/v1/lint', withKey, { body: { text: '硫化物固态电解质' } }],
  ['GET', '/v1/needs', withKey],
  ['POST', '/v1/needs', '400 400 400 400 400 400 401', { body: {} }],
  ['GET', '/v1/projects', withKey],
  ['POST', '/v1/projects', '400 400 400 403 403 400 401', { body: {} }],
  ['GET', '/v1/cases', withKey],
  ['GET', '/v1/exports/cases', withKey],
  ['GET', '/v1/exports/search', withKey],
  ['GET', '/v1/exports/search?side=needs&format=csv', withKey],
  ['GET', '/v1/shortlists', ownDesk],
  ['POST', '/v1/shortlists', '400 400 400 400 400 403 401', { body: {} }],
  ['GET', '/v1/searches', ownDesk],
  ['POST', '/v1/searches', '400 400 400 400 400 403 401', { body: {} }],
  ['GET', '/v1/queue', staff],
  ['GET', '/v1/reports/monitoring', staff],
  ['GET', '/v1/reports/monitoring?by=month', staff],
  ['GET', '/v1/reports/monitoring?park=haidian', '200 200 403 403 403 403 401'],
  ['GET', '/v1/reports/gaps', staff],
  ['GET', '/v1/reports/gaps?park=changping&rows=country', '200 403 200 403 403 403 401'],
  ['GET', '/v1/reports/scouting', staff],
  ['GET', '/v1/reports/feeds', staff],
  ['GET', '/v1/reports/nightly', allParks],
  ['GET', '/v1/reports/nightly/{id}', { night: allParks, noNight: asAll('404') }],
  ['GET', '/v1/zero-hits', allParks],
  ['GET', '/v1/audit', allParks],
  ['GET', '/v1/keys', allParks],
  ['POST', '/v1/keys', asAll('400'), { body: {} }],
  ['DELETE', '/v1/keys/{id}', { noKey: asAll('404') }],
  ['GET', '/v1/generations', allParks],
  ['PUT', '/v1/generations/current', asAll('400'), { body: {} }],
  ['GET', '/v1/profiles', allParks],
  ['POST', '/v1/profiles/preview', allParks, { body: { needs: ['t:own'] } }],
  ['PUT', '/v1/profiles/next', asAll('400'), { body: {} }],
];

// What no answer to a caller may hold, whatever was asked: what others are called, what they look for, what staff note for themselves.
const internal = '只给我们自己看';
const ofOwn = [OWN, '91110000MA0000001X', '室温薄膜', 't:own'], ofOther = [OTHER, '91110000MA0000002X', '独门配方', 'tungstate', 't:other', 't:word'];
const secrets = { haidian: ofOther, changping: ofOwn, own: [...ofOther, internal], other: [...ofOwn, internal], job: [internal], public: [...ofOwn, ...ofOther, internal] };

// Fields that not every caller who sees the record reads: who does.
const fields = [
  ['/v1/needs/{id}', 'own', 'enterprise.uscc', 'staff haidian own'],
  ['/v1/needs/{id}', 'own', 'decision_owner', 'staff haidian own'],
  ['/v1/needs/{id}', 'own', 'enterprise.name', 'staff haidian own job'],
  ['/v1/needs/{id}', 'other', 'enterprise.uscc', 'staff changping other'],
  ['/v1/needs/{id}', 'other', 'quality', 'staff changping other job'],
  ['/v1/cases/{need}/{project}', 'own/open', 'note', 'staff haidian own job'],
  ['/v1/cases/{need}/{project}', 'own/open', 'internal_note', 'staff haidian'],
  ['/v1/cases/{need}/{project}', 'other/open', 'internal_note', 'staff changping'],
  ['/v1/cases/{need}/{project}/history', 'own/open', 'history.1.note', 'staff haidian own job'],
  ['/v1/cases/{need}/{project}/history', 'own/open', 'history.1.internal_note', 'staff haidian'],
  ['/v1/cases', '', 'cases.0.note', 'staff haidian changping own other job'],
  ['/v1/cases', '', 'cases.0.internal_note', 'staff haidian changping'],
  ['/v1/about', '', 'catalogue.needs', 'staff job'],
  ['/v1/projects/{id}/matches', 'open', 'not_found', 'staff job'],
  ['/v1/projects/{id}', 'kept', 'org_name', 'staff haidian changping'],
  ['/v1/projects/{id}', 'kept', 'source.channel', 'staff haidian changping job'],
  ['/v1/projects/{id}', 'kept', 'summary.en', 'staff haidian changping own other job public'],
];

// Lists: which of the objects each caller finds in them.
const lists = [
  ['/v1/needs', (json) => json.needs.map((row) => row.id), { own: 'staff haidian own job', other: 'staff changping other job' }],
  ['/v1/cases', (json) => json.cases.map((row) => `${row.need} ${row.project}`), { 'own/open': 'staff haidian own job', 'own/closed': 'staff haidian job', 'other/open': 'staff changping other job' }],
  ['/v1/shortlists', (json) => json.shortlists.map((row) => row.id), { list: 'own', sharedList: 'staff' }],
  ['/v1/searches', (json) => json.searches.map((row) => row.id), { search: 'own', sharedSearch: 'staff' }],
];

// Everywhere else that needs are named or counted: those of the generation, and where posted stands those that were posted since.
const found = { importedOther: 'staff changping other job', imported: 'staff haidian own job', word: 'staff changping other job' };
const foundPosted = { ...found, own: found.imported, other: found.importedOther };
const hits = (reply) => reply.json.hits.map((hit) => hit.id);
const parks = (reply) => reply.json.facets.park.reduce((sum, one) => sum + one.count, 0);
const needsIn = [
  ['/v1/search?side=needs', foundPosted, hits, (reply) => reply.json.total],
  ['/v1/search?side=needs&facets=park', foundPosted, hits, parks],
  ['/v1/search?side=needs&facets=park&disjunctive=true&park=haidian,changping', foundPosted, hits, parks],
  ['/v1/search?side=needs&sort=newest&limit=1', foundPosted, null, (reply) => reply.json.total],
  ['/v1/exports/search?side=needs&format=csv', foundPosted, (reply) => reply.body.toString('utf8').trim().split('\r\n').slice(1).map((line) => line.split(',').find((cell) => /^(desk|t):/.test(cell)))],
  ['/v1/projects/t:open/matches?limit=50', found, (reply) => reply.json.matches.flatMap((match) => [match.need.id, ...(match.duplicates ?? [])]), (reply) => reply.json.considered],
  ['/v1/reports/monitoring', found, null, (reply) => reply.json.total.figures.needs],
];

let desk;
const named = (object) => object.split('/').map((name) => ids[name]);
const addressOf = (route, object) => {
  const [first, second] = named(object);
  return route.replace('{id}', first).replace('{need}', first).replace('{project}', second);
};
const ask = (caller, method, target, { body, headers } = {}) => desk.ask(caller, method, target, body, headers);

describe('who may do what', () => {
  before(async () => {
    desk = await Desk.start('matrix', [{ id: 't:word', kind: 'need', title: { en: 'Zirconotungstate ceramics' }, problem: { en: 'A sulfide electrolyte film on zirconotungstate' }, enterprise: { name: OTHER, park: 'changping' } }]);
    fs.mkdirSync(path.join(desk.data, 'reports'), { recursive: true });
    fs.writeFileSync(path.join(desk.data, 'reports', `${ids.night}.json`), JSON.stringify({ started: '2020-01-01T00:00:00Z', exit_code: 0, feeds: [] }));
    const post = async (caller, park, more) => (await ask(caller, 'POST', '/v1/needs', { body: { need: { title: { zh: '固态电池电解质' }, problem: { zh: '需要硫化物固态电解质薄膜' }, decision_owner: '总工', enterprise: { park, uscc: caller === 'own' ? '91110000MA0000001X' : '91110000MA0000002X' }, ...more } } })).json.id;
    ids.own = await post('own', 'haidian', { problem: { zh: '需要硫化物固态电解质，室温薄膜' } });
    ids.other = await post('other', 'changping', { problem: { zh: '需要硫化物固态电解质，独门配方' }, quality: { score: 0.5 } });
    ids.gone = ids.own.replace(/.{4}$/, '0000');
    ids.kept = 't:kept';
    const made = async (caller, route, body) => (await ask(caller, 'POST', route, { body })).json.id;
    ids.list = await made('own', '/v1/shortlists', { name: 'own', items: [{ need: ids.own }] });
    ids.sharedList = await made('staff', '/v1/shortlists', { name: 'staff', items: [{ need: ids.own }, { need: ids.other }] });
    ids.search = await made('own', '/v1/searches', { name: 'own', need: ids.own });
    ids.sharedSearch = await made('staff', '/v1/searches', { name: 'staff', side: 'needs', q: '电池' });
    ids.noList = ids.list.replace(/.{4}$/, '0000');
    ids.noSearch = ids.search.replace(/.{4}$/, '0000');
    for (const object of ['own/open', 'own/closed', 'other/open']) assert.equal((await ask('staff', 'PUT', addressOf('/v1/cases/{need}/{project}', object), { body: { status: 'contacted', note: '双方可见', internal_note: internal } })).status, 200);
    for (const object of ['own/open', 'other/open']) assert.equal((await ask('staff', 'PUT', addressOf('/v1/cases/{need}/{project}', object), { body: { status: 'negotiating', note: '双方可见', internal_note: internal } })).status, 200);
    for (const report of ['queue', 'reports/monitoring', 'reports/gaps']) await until(async () => (await ask('staff', 'GET', `/v1/${report}`)).status !== 503, report);
  });
  after(async () => assert.equal(await desk.stop(), 0));
  after(killLeftOvers);

  for (const [method, route, expected, sent] of table)
    test(`${method} ${route}`, async () => {
      for (const [object, row] of Object.entries(typeof expected === 'string' ? { '': expected } : expected)) {
        const target = object === '' ? route : addressOf(route, object), got = [];
        for (const caller of callers) {
          const reply = await ask(caller, method, target, sent);
          got.push(reply.status);
          if (reply.status !== 200) continue;
          const told = JSON.stringify(reply.headers) + reply.body.toString('utf8');
          for (const secret of secrets[caller] ?? []) assert.ok(!told.includes(secret), `${caller} reads ${secret} in ${method} ${target}`);
        }
        assert.equal(got.join(' '), row, `${object || route} for ${callers.join(' ')}`);
        if (method === 'GET') {
          const heads = [];
          for (const caller of callers) heads.push((await ask(caller, 'HEAD', target, sent)).status);
          assert.equal(heads.join(' '), row, `HEAD ${object || route}`);
        }
      }
    });

  // Everything that a reply shows, without what differs in every reply; ids read ID.
  const shown = (reply, object) => {
    const clean = (text) => named(object).reduce((all, id) => all.replaceAll(id, 'ID'), text);
    const headers = Object.entries(reply.headers).filter(([name]) => !['x-request-id', 'date'].includes(name));
    return { status: reply.status, headers, body: clean(reply.body.toString('utf8')).replace(/"request_id":"[^"]*"/, '') };
  };

  test('what a caller may not see reads as what is not there, whatever is asked of it', async () => {
    let compared = 0;
    for (const [method, route, expected, sent = {}] of table)
      for (const [object, row] of Object.entries(typeof expected === 'string' ? {} : expected))
        for (const [i, caller] of callers.entries()) {
          if (row.split(' ')[i] !== '404' || !object.split('/').every((name) => name in missing)) continue;
          const hides = need[object.split('/')[0]]?.split(' ')[i] === '200' ? 1 : 0; // of a pair: which of the two it does not see
          const twin = object.split('/').map((name, part) => (part === hides ? missing[name] : name)).join('/');
          const tag = (await ask('staff', 'GET', addressOf(route, object))).headers.etag;
          for (const headers of [{}, { 'If-None-Match': tag ?? '"1"' }, { 'If-None-Match': '*' }, { 'If-Match': '*' }, { 'Accept-Language': 'zh' }]) {
            const ways = { ...sent, headers: { ...(sent.headers ?? {}), ...headers } };
            const hidden = await ask(caller, method, addressOf(route, object), ways), none = await ask(caller, method, addressOf(route, twin), ways);
            assert.deepEqual(shown(hidden, object), shown(none, twin), `${caller} ${method} ${route} ${object} ${JSON.stringify(headers)}`);
            compared++;
          }
        }
    assert.ok(compared > 200, `${compared}`);
  });

  test('fields are for whom the table says', async () => {
    for (const [route, object, field, readers] of fields) {
      const got = [];
      for (const caller of callers) {
        const reply = await ask(caller, 'GET', object === '' ? route : addressOf(route, object));
        if (reply.status === 200 && field.split('.').reduce((at, name) => at?.[name], reply.json) !== undefined) got.push(caller);
      }
      assert.equal(got.join(' '), readers, `${object} ${field}`);
    }
  });

  test('lists hold what the caller sees, and their totals and pages say nothing more', async () => {
    for (const [route, read, objects] of lists)
      for (const caller of callers) {
        const reply = await ask(caller, 'GET', route);
        if (reply.status !== 200) continue;
        const wanted = Object.entries(objects).filter(([, readers]) => readers.split(' ').includes(caller)).map(([object]) => named(object).join(' ')).sort();
        assert.deepEqual(read(reply.json).sort(), wanted, `${caller} ${route}`);
        const page = (await ask(caller, 'GET', `${route}?limit=${Math.max(wanted.length, 1)}`)).json;
        assert.deepEqual([page.more, page.next], [false, undefined], `${caller} ${route}: nothing is behind the last row that it sees`);
      }
  });

  test('needs of others are neither found nor counted', async () => {
    for (const [route, objects, read, count] of needsIn)
      for (const caller of callers) {
        const reply = await ask(caller, 'GET', route);
        if (reply.status !== 200) continue;
        const wanted = Object.entries(objects).filter(([, readers]) => readers.split(' ').includes(caller)).map(([name]) => ids[name]).sort();
        if (read) assert.deepEqual(read(reply).sort(), wanted, `${caller} ${route}`);
        if (count) assert.equal(count(reply), wanted.length, `${caller} ${route}`);
      }
  });

  test('what only others would fit reads as what nothing fits', async () => {
    const twins = [
      ['/v1/search?side=needs&facets=park,field&q=', 'zirconotungstate', 'zirconotungstxyz'],
      ['/v1/search?side=needs&facets=park,field&q=', 'zirkonotungstate', 'zirkonotxngstate'],
      ['/v1/search?side=needs&q=', 'dumenpeifang', 'dumenpeifung'],
      ['/v1/search?side=needs&facets=park&park=', 'changping', 'yanqing'],
      ['/v1/exports/search?side=needs&park=', 'changping', 'yanqing'],
      ['/v1/suggest?side=needs&q=', 'zirconot', 'zirconox'],
      ['/v1/suggest?q=', 'zirconot', 'zirconox'],
      ['/v1/suggest?side=needs&q=', encodeURIComponent(OTHER), encodeURIComponent(OTHER.replace('乙', '丙'))],
      ['/v1/needs?park=', 'changping', 'yanqing'],
      ['/v1/cases?park=', 'changping', 'yanqing'],
      ['/v1/exports/cases?park=', 'changping', 'yanqing'],
      ['/v1/cases?owner=', encodeURIComponent(OTHER), encodeURIComponent('丙材料有限公司')],
      ['/v1/projects/t:open/matches?park=', 'changping', 'yanqing'],
    ];
    const told = (reply, word) => ({ status: reply.status, headers: Object.keys(reply.headers).sort(), body: reply.body.toString('utf8').replaceAll(decodeURIComponent(word), 'WORD').replaceAll(/"(request_id|instance)":"[^"]*"/g, '') });
    for (const [route, hidden, none] of twins)
      for (const caller of ['own', 'public'])
        assert.deepEqual(told(await ask(caller, 'GET', route + hidden), hidden), told(await ask(caller, 'GET', route + none), none), `${caller} ${route}${decodeURIComponent(hidden)}`);
    assert.equal((await ask('other', 'GET', '/v1/search?side=needs&q=zirconotungstate')).json.total, 1, 'whose need it is finds it');
  });

  test('bodies that name what the caller may not see are refused as those that name what is not there', async () => {
    const bodies = [
      ['POST', () => '/v1/shortlists', (id) => ({ name: 'x', items: [{ need: id }] })],
      ['POST', () => '/v1/searches', (id) => ({ name: 'x', need: id })],
      ['PUT', () => `/v1/shortlists/${ids.list}`, (id) => ({ name: 'x', items: [{ need: id }] })],
      ['PUT', () => `/v1/searches/${ids.search}`, (id) => ({ name: 'x', need: id })],
    ];
    for (const [caller, hidden, none] of [['own', 'other', 'gone'], ['own', 'importedOther', 'importedOtherGone'], ['changping', 'own', 'gone'], ['other', 'imported', 'importedGone']])
      for (const [method, target, body] of bodies) {
        const refused = async (name) => shown(await ask(caller, method, target(), { body: body(ids[name]), headers: method === 'PUT' ? { 'If-Match': '"1"' } : {} }), name);
        const reply = await refused(hidden);
        assert.deepEqual(reply, await refused(none), `${caller} ${method} ${target()} ${hidden}`);
        assert.equal(reply.status, 404, `${caller} ${method} ${target()}`);
      }
  });

  test('what another enterprise and its staff do changes nothing of what one reads, not even a tag', async () => {
    const routes = [...table.filter(([method, , expected]) => method === 'GET' && typeof expected === 'string').map(([, route]) => route), '/v1/projects/t:open', '/v1/projects/t:open/matches', '/v1/projects/t:open/similar', '/v1/needs/t:own/matches', '/v1/needs/t:own/similar', '/v1/exports/needs/t:own/matches?format=csv'];
    const readAll = async () => {
      const replies = [];
      for (const route of routes) {
        const reply = await ask('own', 'GET', route);
        replies.push([route, shown(reply, 'own')]);
      }
      return replies.filter(([route]) => !route.includes('xlsx'));
    };
    const before = await readAll();
    const posted = (await ask('other', 'POST', '/v1/needs', { body: { need: { title: { zh: '固态电池电解质' }, problem: { zh: '需要硫化物固态电解质' }, enterprise: { park: 'haidian' } } } })).json.id;
    assert.equal((await ask('staff', 'PUT', `/v1/pairs/${posted}/t:open/feedback`, { body: { verdict: 'accept' } })).status, 200);
    assert.equal((await ask('staff', 'PUT', `/v1/cases/${posted}/t:open`, { body: { status: 'contacted' } })).status, 200);
    assert.equal((await ask('other', 'POST', '/v1/shortlists', { body: { name: 'x', items: [{ need: posted }] } })).status, 201);
    for (const [i, [route, reply]] of (await readAll()).entries()) assert.deepEqual(reply, before[i][1], route);
    assert.equal((await ask('other', 'DELETE', `/v1/needs/${posted}`, { headers: { 'If-Match': '"1"' } })).status, 204);
    for (const [i, [route, reply]] of (await readAll()).entries()) assert.deepEqual(reply, before[i][1], route);
  });

  test('without --public nobody reads anything; the table knows every route that asks who calls', async () => {
    const closed = await Server.start('qiao-api', desk.data);
    const known = new Set(table.map(([method, route]) => `${method} ${routeOf(route.split('?')[0].replace('{id}', 'x').replace('{need}', 'x').replace('{project}', 'y'))}`));
    const unknown = [];
    for (const [route, operations] of Object.entries(openapi.paths))
      for (const [method, operation] of Object.entries(operations)) {
        if (!operation.responses['401']) continue;
        const reply = await closed.request(method.toUpperCase(), route.replaceAll(/\{\w+\}/g, 'x'), { headers: { 'Content-Type': 'application/json' }, body: method === 'post' || method === 'put' ? '{}' : undefined });
        assert.equal(reply.status, 401, `${method} ${route}`);
        if (!known.has(`${method.toUpperCase()} ${route}`)) unknown.push(`${method.toUpperCase()} ${route}`);
      }
    assert.deepEqual(unknown, [], 'not in the table');
    assert.equal(await closed.stop(), 0);
  });
});
