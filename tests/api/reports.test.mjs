// What staff watch: the queue, in the order in which things are to be done, and whose needs each caller gets told.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server, fixtures, killLeftOvers, records, run, temporary, until } from './harness.mjs';

let data, server, needs;
const keys = {};

const lines = (text) => text.trim().split('\n');
const as = (role) => (role ? { Authorization: `Bearer ${keys[role]}` } : {});
const key = (...options) => lines(run('qiao-api', 'key', 'create', '--data', data, ...options)).at(-1);

function ask(role, method, target, value, headers = {}) {
  const body = value === undefined ? undefined : JSON.stringify(value);
  return server.request(method, target, { headers: { ...as(role), ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers }, body });
}

// What is counted over a whole generation may still be in the making.
async function counted(role, target, headers = {}) {
  let reply;
  await until(async () => (reply = await ask(role, 'GET', target, undefined, headers)).status !== 503, target);
  return reply;
}

const day = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);

function build(...extra) {
  if (extra.length > 0) {
    const file = path.join(data, 'extra.ndjson');
    fs.writeFileSync(file, extra.map((record) => JSON.stringify(record)).join('\n') + '\n');
    run('qiao-indexer', 'import', '--data', data, file);
  }
  run('qiao-indexer', 'build', '--data', data);
}

async function served(generation) {
  await until(async () => (await ask('staff', 'GET', '/v1/queue')).json.generation === generation, `${generation} to be served`, 30000);
}

describe('what staff watch and decide', () => {
  before(async () => {
    data = temporary('reports');
    needs = new Map(fixtures('needs').flatMap(records).map((record) => [record.id, record]));
    for (const [name, days] of [['over', -20], ['soon', 20], ['sooner', 5], ['later', 90]])
      needs.set(`t:${name}`, { ...needs.get('fx:n0013'), id: `t:${name}`, respond_by: day(days) });
    run('qiao-indexer', 'import', '--data', data, ...fixtures('projects'), ...fixtures('needs'));
    build(...[...needs.values()].filter((need) => need.id.startsWith('t:')));
    server = await Server.start('qiao-api', data);
    keys.staff = key('--role', 'staff');
    keys.park = key('--role', 'staff', '--park', 'changping');
    keys.own = key('--role', 'enterprise', '--org', '甲科技有限公司');
  });
  after(async () => {
    assert.equal(await server.stop(), 0, server.stderr.slice(-500));
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('the queue: staff only, and what is wrong is named', async () => {
    assert.equal((await ask(null, 'GET', '/v1/queue')).status, 401);
    assert.equal((await ask('own', 'GET', '/v1/queue')).status, 403);
    for (const query of ['limit=201', 'status=asleep', 'park=moon', 'q=x']) assert.equal((await ask('staff', 'GET', `/v1/queue?${query}`)).status, 400, query);
    const young = temporary('queue');
    const early = await Server.start('qiao-api', young);
    assert.equal((await early.get('/v1/queue')).json.code, 'no_generation');
    await early.stop();
    fs.rmSync(young, { recursive: true });
  });

  test('without a generation before, needs with good candidates that nobody judged are told', async () => {
    const { json } = await counted('staff', '/v1/queue?limit=200');
    assert.equal(json.previous, null);
    assert.ok(json.total > 5 && json.needs.length === json.total, `${json.total} needs`);
    for (const need of json.needs) {
      const first = (await ask('staff', 'GET', `/v1/needs/${need.id}/matches?limit=50&explain=none`)).json.matches.filter((match) => ['strong', 'possible'].includes(match.band));
      assert.equal(need.new, first.length, need.id);
      assert.equal(need.best_band, first.some((match) => match.band === 'strong') ? 'strong' : 'possible', need.id);
      assert.equal(need.park, needs.get(need.id).enterprise?.park ?? null, need.id);
    }
  });

  test('soon due before the rest, strong before possible, more before less, overdue last', async () => {
    const { json } = await counted('staff', '/v1/queue?limit=200');
    const [today, soon] = [day(0), day(30)];
    const place = (need) => [
      need.deadline === null || need.deadline > soon ? 1 : need.deadline < today ? 2 : 0,
      need.deadline !== null && need.deadline <= soon && need.deadline >= today ? need.deadline : '',
      need.best_band === 'strong' ? 0 : 1,
      String(100 - need.new).padStart(3, '0'),
      need.id,
    ].join(' ');
    assert.deepEqual(json.needs.slice(0, 2).map((need) => need.id), ['t:sooner', 't:soon']);
    assert.equal(json.needs.at(-1).id, 't:over');
    assert.deepEqual(json.needs.map((need) => need.id), [...json.needs].sort((a, b) => (place(a) < place(b) ? -1 : 1)).map((need) => need.id));
  });

  test('pages, and filters by park and status, are parts of the whole', async () => {
    const whole = (await counted('staff', '/v1/queue?limit=200')).json;
    const page = (await ask('staff', 'GET', '/v1/queue?limit=2&offset=1')).json;
    assert.deepEqual([page.needs, page.total, page.more], [whole.needs.slice(1, 3), whole.total, true]);
    const park = (await ask('staff', 'GET', `/v1/queue?limit=200&park=${encodeURIComponent('昌平园')}`)).json;
    assert.deepEqual(park.needs, whole.needs.filter((need) => need.park === 'changping'));
    assert.ok(park.total > 0);
    assert.equal((await ask('staff', 'GET', '/v1/queue?status=paused,draft')).json.total, whole.needs.filter((need) => ['paused', 'draft'].includes(need.status)).length);
    assert.deepEqual((await ask('staff', 'GET', '/v1/queue?offset=9000')).json.needs, []);
    const own = (await counted('park', '/v1/queue?limit=200')).json;
    assert.deepEqual(own.needs, park.needs, 'staff of a park get its needs');
    assert.equal((await ask('park', 'GET', '/v1/queue?park=haidian')).json.total, 0);
  });

  test('what was judged or is followed up leaves the queue; its open cases are counted', async () => {
    const find = async (id) => (await counted('staff', '/v1/queue?limit=200')).json.needs.find((need) => need.id === id);
    const before = (await counted('staff', '/v1/queue?limit=200')).json.needs.find((need) => need.new >= 2);
    const id = before.id;
    const matches = (await ask('staff', 'GET', `/v1/needs/${id}/matches?limit=50&explain=none`)).json.matches.filter((match) => ['strong', 'possible'].includes(match.band));
    assert.equal((await ask('staff', 'PUT', `/v1/pairs/${id}/${matches[0].project.id}/feedback`, { verdict: 'accept' })).status, 200);
    assert.equal((await find(id)).new, before.new - 1);
    assert.equal((await ask('staff', 'PUT', `/v1/cases/${id}/${matches[0].project.id}`, { status: 'contacted' })).status, 200);
    assert.deepEqual([(await find(id)).new, (await find(id)).open_cases], [before.new - 1, 1]);
    for (const match of matches.slice(1)) await ask('staff', 'PUT', `/v1/pairs/${id}/${match.project.id}/feedback`, { verdict: 'reject', reason: 'off_field' });
    assert.equal(await find(id), undefined);
  });

  test('after the next generation only what is new since then is told', async () => {
    build({ id: 't:new', kind: 'project', status: 'published', country: 'DE', title: { en: 'Roll-to-roll sulfide solid electrolyte film for all-solid-state batteries' }, summary: { en: 'Continuous dry coating of LPSC argyrodite sulfide electrolyte into 25 micrometre films with 3.5 mS/cm ionic conductivity at room temperature.' } });
    await served('gen-0000000002');
    const { json } = await counted('staff', '/v1/queue?limit=200');
    assert.equal(json.previous, 'gen-0000000001');
    const first = json.needs.find((need) => need.id === 'fx:n0001');
    assert.deepEqual([first.new, first.open_cases], [1, 0]);
    const told = run('qiao-indexer', 'diff', '--json', '--told', '--data', data, '1', '2');
    const changes = JSON.parse(told).changes.filter((change) => change.told);
    assert.equal(json.total, new Set(changes.map((change) => change.need)).size);
    assert.ok(json.total < 12, 'one project is new to a few needs');
  });
});
