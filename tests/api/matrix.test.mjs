// Who may do what: one table of routes, of whose the object is, and of callers; every cell is asked, and what a caller may not see must read as what is not there.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Desk } from './desk.mjs';
import { Server, killLeftOvers, openapi, routeOf } from './harness.mjs';

// The columns: staff of all parks, of the park of the own need, of that of the other's; two enterprises; the job; nobody.
const callers = ['staff', 'haidian', 'changping', 'own', 'other', 'job', 'public'];

// Objects by name; missing ones are as long as those that they stand beside. Filled in when the desk is there.
const ids = { open: 't:open', closed: 't:closed', openMissing: 't:none', closedMissing: 't:nobody' };
const missing = { own: 'gone', other: 'gone', list: 'noList', sharedList: 'noList', search: 'noSearch', sharedSearch: 'noSearch', open: 'openMissing', closed: 'closedMissing' };

const need = { own: '200 200 404 200 404 200 404', other: '200 404 200 404 200 200 404', gone: '404 404 404 404 404 404 404' };
const keyed = (rows) => Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.replace(/404$/, '401')]));
const inside = { own: '200 200 404 403 403 200 401', other: '200 404 200 403 403 200 401', gone: '404 404 404 403 403 404 401' };
const written = { own: '412 412 404 412 404 412 401', other: '412 404 412 404 412 412 401', gone: '404 404 404 404 404 404 401' };
const project = { open: '200 200 200 200 200 200 200', closed: '200 200 200 404 404 200 404', openMissing: '404 404 404 404 404 404 404' };
const pair = { 'own/open': need.own, 'own/closed': '200 200 404 404 404 200 404', 'other/open': need.other, 'gone/open': need.gone, 'own/openMissing': '404 404 404 404 404 404 404' };
const said = { 'own/open': '200 200 404 200 404 403 401', 'own/closed': '200 200 404 404 404 403 401', 'other/open': '200 404 200 404 200 403 401', 'gone/open': '404 404 404 404 404 403 401' };
const list = { list: '404 404 404 200 404 403 401', sharedList: '200 404 404 404 404 403 401', noList: '404 404 404 404 404 403 401' };
const search = { search: list.list, sharedSearch: list.sharedList, noSearch: list.noList };
const changed = (rows) => Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, row.replaceAll(/20[04]/g, '412')]));
const all = '200 200 200 200 200 200 200', withKey = '200 200 200 200 200 200 401', ownDesk = '200 200 200 200 200 403 401', staff = '200 200 200 403 403 403 401', allParks = '200 403 403 403 403 403 401';
const stale = { 'If-Match': '"99"' };

// [method, route, expected: object -> a status for each caller, or one row where there is no object; what is sent]
const table = [
  ['GET', '/v1/needs/{id}', need],
  ['GET', '/v1/needs/{id}/matches', need],
  ['GET', '/v1/needs/{id}/excluded', inside],
  ['PUT', '/v1/needs/{id}', written, { body: { title: 'x' }, headers: stale }],
  ['DELETE', '/v1/needs/{id}', written, { headers: stale }],
  ['GET', '/v1/exports/needs/{id}/matches', keyed(need)],
  ['GET', '/v1/projects/{id}', project],
  ['GET', '/v1/projects/{id}/matches', project],
  ['PUT', '/v1/projects/{id}', { open: '403 403 403 403 403 403 401', closed: '403 403 403 403 403 403 401', openMissing: '404 404 404 403 403 404 401' }, { body: { title: 'x' }, headers: stale }],
  ['DELETE', '/v1/projects/{id}', { open: '403 403 403 403 403 403 401', closed: '403 403 403 403 403 403 401', openMissing: '404 404 404 403 403 404 401' }, { headers: stale }],
  ['GET', '/v1/pairs/{need}/{project}', pair],
  ['PUT', '/v1/pairs/{need}/{project}/feedback', said, { body: { verdict: 'accept' } }],
  ['DELETE', '/v1/pairs/{need}/{project}/feedback', changed(said), { headers: stale }],
  ['GET', '/v1/cases/{need}/{project}', keyed({ ...pair })],
  ['GET', '/v1/cases/{need}/{project}/history', keyed({ ...pair })],
  ['PUT', '/v1/cases/{need}/{project}', { 'own/open': '412 412 404 403 403 403 401', 'other/open': '412 404 412 403 403 403 401', 'gone/open': '404 404 404 403 403 403 401' }, { body: { status: 'contacted' }, headers: stale }],
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
  ['GET', '/v1/suggest?q=%E7%94%B5%E6%B1%A0', all],
  ['POST', '/v1/match', all, { body: { text: '硫化物固态电解质' } }],
  ['POST', '/v1/lint', withKey, { body: { text: '硫化物固态电解质' } }],
  ['GET', '/v1/needs', withKey],
  ['POST', '/v1/needs', '400 400 400 400 400 400 401', { body: {} }],
  ['GET', '/v1/projects', withKey],
  ['POST', '/v1/projects', '400 400 400 403 403 400 401', { body: {} }],
  ['GET', '/v1/cases', withKey],
  ['GET', '/v1/exports/cases', withKey],
  ['GET', '/v1/exports/search', withKey],
  ['GET', '/v1/shortlists', ownDesk],
  ['POST', '/v1/shortlists', '400 400 400 400 400 403 401', { body: {} }],
  ['GET', '/v1/searches', ownDesk],
  ['POST', '/v1/searches', '400 400 400 400 400 403 401', { body: {} }],
  ['GET', '/v1/queue', staff],
  ['GET', '/v1/audit', allParks],
  ['GET', '/v1/keys', allParks],
  ['GET', '/v1/generations', allParks],
  ['GET', '/v1/profiles', allParks],
];

// Fields that not every caller who sees the record reads: who does.
const fields = [
  ['/v1/needs/{id}', 'own', 'enterprise.uscc', 'staff haidian own'],
  ['/v1/needs/{id}', 'own', 'decision_owner', 'staff haidian own'],
  ['/v1/needs/{id}', 'own', 'enterprise.name', 'staff haidian own job'],
  ['/v1/needs/{id}', 'other', 'enterprise.uscc', 'staff changping other'],
  ['/v1/needs/{id}', 'other', 'quality', 'staff changping other job'],
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

let desk;
const named = (object) => object.split('/').map((name) => ids[name]);
const addressOf = (route, object) => {
  const [first, second] = named(object);
  return route.replace('{id}', first).replace('{need}', first).replace('{project}', second);
};
const ask = (caller, method, target, { body, headers } = {}) => desk.ask(caller, method, target, body, headers);

describe('who may do what', () => {
  before(async () => {
    desk = await Desk.start('matrix');
    const post = async (caller, park, more) => (await ask(caller, 'POST', '/v1/needs', { body: { need: { title: { zh: '固态电池电解质' }, problem: { zh: '需要硫化物固态电解质薄膜' }, decision_owner: '总工', enterprise: { park, uscc: '91110000MA0000001X' }, ...more } } })).json.id;
    ids.own = await post('own', 'haidian');
    ids.other = await post('other', 'changping', { quality: { score: 0.5 } });
    ids.gone = ids.own.replace(/.{4}$/, '0000');
    ids.kept = 't:kept';
    const made = async (caller, route, body) => (await ask(caller, 'POST', route, { body })).json.id;
    ids.list = await made('own', '/v1/shortlists', { name: 'own', items: [{ need: ids.own }] });
    ids.sharedList = await made('staff', '/v1/shortlists', { name: 'staff', items: [{ need: ids.own }, { need: ids.other }] });
    ids.search = await made('own', '/v1/searches', { name: 'own', need: ids.own });
    ids.sharedSearch = await made('staff', '/v1/searches', { name: 'staff', side: 'needs', q: '电池' });
    ids.noList = ids.list.replace(/.{4}$/, '0000');
    ids.noSearch = ids.search.replace(/.{4}$/, '0000');
    for (const object of ['own/open', 'own/closed', 'other/open']) assert.equal((await ask('staff', 'PUT', addressOf('/v1/cases/{need}/{project}', object), { body: { status: 'contacted' } })).status, 200);
  });
  after(async () => assert.equal(await desk.stop(), 0));
  after(killLeftOvers);

  for (const [method, route, expected, sent] of table)
    test(`${method} ${route}`, async () => {
      for (const [object, row] of Object.entries(typeof expected === 'string' ? { '': expected } : expected)) {
        const target = object === '' ? route : addressOf(route, object), got = [];
        for (const caller of callers) got.push((await ask(caller, method, target, sent)).status);
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
        const reply = await ask(caller, 'GET', addressOf(route, object));
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

  test('without --public nobody reads anything; routes that the table does not know refuse too', async (t) => {
    const closed = await Server.start('qiao-api', desk.data);
    const known = new Set(table.map(([method, route]) => `${method} ${routeOf(route.replace('{id}', 'x').replace('{need}', 'x').replace('{project}', 'y'))}`));
    const unknown = [];
    for (const [route, operations] of Object.entries(openapi.paths))
      for (const [method, operation] of Object.entries(operations)) {
        if (!operation.responses['401']) continue;
        const reply = await closed.request(method.toUpperCase(), route.replaceAll(/\{\w+\}/g, 'x'), { headers: { 'Content-Type': 'application/json' }, body: method === 'post' || method === 'put' ? '{}' : undefined });
        assert.equal(reply.status, 401, `${method} ${route}`);
        if (!known.has(`${method.toUpperCase()} ${route}`)) unknown.push(`${method.toUpperCase()} ${route}`);
      }
    if (unknown.length > 0) t.diagnostic(`not in the table: ${unknown.join(', ')}`);
    assert.equal(await closed.stop(), 0);
  });
});
