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
    for (const target of ['/v1/queue', '/v1/reports/monitoring', '/v1/reports/gaps', '/v1/reports/scouting']) assert.equal((await early.get(target)).json.code, 'no_generation');
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

  test('monitoring: what was decided is counted by park, country, measure and month, as JSON, CSV and SVG', async () => {
    const target = '/v1/reports/monitoring';
    for (const role of [null, 'own']) assert.equal((await ask(role, 'GET', target)).status, role ? 403 : 401);
    for (const query of ['by=colour', 'format=pdf', 'from=yesterday', 'to=2026-02-30', 'park=moon', 'park=haidian,changping', 'limit=3']) assert.equal((await ask('staff', 'GET', `${target}?${query}`)).status, 400, query);
    const { json, headers } = await counted('staff', target);
    const cases = (await ask('staff', 'GET', '/v1/cases')).json.cases;
    assert.equal(json.total.figures.suggested, cases.length);
    assert.ok(cases.length > 0 && json.total.figures.accepted > 0);
    assert.equal(json.rows.length >= 17, true, 'every park has its row');
    const sum = (rows, name) => rows.reduce((all, row) => all + (row.figures[name] ?? 0), 0);
    for (const name of ['needs', 'strong', 'possible', 'suggested', 'accepted']) assert.equal(sum(json.rows, name), json.total.figures[name], name);
    assert.ok(json.rows.every((row) => row.figures.supply === null));
    assert.equal((await ask('staff', 'GET', target, undefined, { 'If-None-Match': headers.etag })).status, 304);
    const need = cases[0].need;
    const park = needs.get(need).enterprise?.park ?? null;
    const contacted = json.rows.find((row) => row.code === park).figures.contacted;
    assert.equal((await ask('staff', 'PUT', `/v1/cases/${need}/${cases[0].project}`, { status: 'landed', correction: true, note: 'entered late' })).status, 200);
    const after = await ask('staff', 'GET', target, undefined, { 'If-None-Match': headers.etag });
    assert.equal(after.status, 200, 'what is decided shows at once');
    const row = after.json.rows.find((one) => one.code === park);
    assert.deepEqual([row.figures.contacted, row.figures.landed], [contacted, 1]);
    assert.equal(after.json.funnel.at(-1).count, 1);
    const month = new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 7);
    const months = (await ask('staff', 'GET', `${target}?by=month`)).json;
    assert.equal(months.rows.find((one) => one.code === month).figures.landed, 1);
    assert.equal((await ask('staff', 'GET', `${target}?to=2020-01-01`)).json.total.figures.landed, 0);
    assert.equal((await ask('staff', 'GET', `${target}?from=2020-01-01&to=2100-01-01`)).json.total.figures.landed, 1);
    for (const by of ['country', 'group', 'field', 'source', 'measure']) assert.ok((await ask('staff', 'GET', `${target}?by=${by}`)).json.rows.some((one) => one.figures.landed === 1), by);
    const own = (await ask('park', 'GET', target)).json;
    assert.equal(own.park, 'changping');
    assert.deepEqual(own.total.figures.needs, after.json.rows.find((one) => one.code === 'changping').figures.needs);
    assert.equal((await ask('park', 'GET', `${target}?park=haidian`)).status, 403);
    assert.deepEqual((await ask('park', 'GET', `${target}?park=changping`)).json, own);
    const csv = await ask('staff', 'GET', `${target}?by=country&format=csv`);
    assert.equal(csv.body.subarray(0, 3).toString('hex'), 'efbbbf');
    assert.equal(csv.body.toString().trim().split('\r\n').length, (await ask('staff', 'GET', `${target}?by=country`)).json.rows.length + 2);
    const svg = (await ask('staff', 'GET', `${target}?by=country&format=svg`)).body.toString();
    assert.match(svg, /^<svg [^]*德国[^]*Germany[^]*<\/svg>\n$/);
    assert.ok(!/<script|href=|on[a-z]+=/.test(svg));
    const printed = JSON.parse(run('qiao-indexer', 'report', '--data', data, '--by', 'park', '--json'));
    assert.deepEqual(printed, after.json, 'the command counts as the service does');
  });

  test('gaps and scouting: what is without the other, by park, by country, for liaison offices', async () => {
    for (const target of ['/v1/reports/gaps', '/v1/reports/scouting']) {
      for (const role of [null, 'own']) assert.equal((await ask(role, 'GET', target)).status, role ? 403 : 401);
      for (const query of ['format=svg', 'country=Mars', 'country=EU', 'country=DE,FR', 'park=moon', 'by=park']) assert.equal((await ask('staff', 'GET', `${target}?${query}`)).status, 400, query);
      const { headers } = await counted('staff', target);
      assert.equal((await ask('staff', 'GET', target, undefined, { 'If-None-Match': headers.etag })).status, 304);
      assert.equal((await ask('park', 'GET', `${target}?park=haidian`)).status, 403);
      const csv = await ask('staff', 'GET', `${target}?format=csv`);
      assert.match(csv.body.toString(), /^\ufeff(park|country),zh,en,field,/);
    }
    const cells = (json) => json.items.flatMap((item) => item.cells.map((cell) => ({ row: item.code, ...cell })));
    const byPark = (await ask('staff', 'GET', '/v1/reports/gaps')).json;
    for (const cell of cells(byPark)) assert.ok(cell.needs_without_supply <= cell.needs && cell.supply_without_needs <= cell.supply, JSON.stringify(cell));
    const need = [...needs.values()].find((one) => one.fields?.length === 1 && one.enterprise?.park);
    const field = need.fields[0].split('.')[0];
    const same = [...needs.values()].filter((one) => one.enterprise?.park === need.enterprise.park && (one.fields ?? []).some((code) => code.split('.')[0] === field));
    assert.equal(cells(byPark).find((cell) => cell.row === need.enterprise.park && cell.field === field).needs, same.length);
    const german = cells((await ask('staff', 'GET', `/v1/reports/gaps?country=${encodeURIComponent('德国')}`)).json);
    const byCountry = cells((await ask('staff', 'GET', '/v1/reports/gaps?rows=country')).json);
    const row = byCountry.find((cell) => cell.row === 'DE' && cell.supply > 0);
    assert.equal(german.find((cell) => cell.field === row.field).supply, row.supply);
    const own = (await ask('park', 'GET', '/v1/reports/gaps')).json;
    assert.deepEqual(own.items.map((item) => item.code), ['changping']);
    const scouting = (await ask('staff', 'GET', '/v1/reports/scouting?country=DE')).json;
    const open = [...new Set(scouting.countries[0].fields.flatMap((one) => one.needs))];
    assert.ok(open.length > 0);
    for (const id of open) assert.ok((await ask('staff', 'GET', `/v1/needs/${id}/matches?limit=50&explain=none`)).json.matches.every((match) => !['strong', 'possible'].includes(match.band)), id);
    const linked = scouting.countries[0].fields.find((one) => one.of_linked_parks > 0);
    assert.ok(linked.measures.includes('19'), 'the guideline links Shunyi and Daxing with Germany by measure 19');
    assert.ok(scouting.measures.some((measure) => measure.code === '19'));
    for (const rows of ['park', 'country']) assert.deepEqual(JSON.parse(run('qiao-indexer', 'gaps', '--data', data, '--rows', rows, '--json')), (await ask('staff', 'GET', `/v1/reports/gaps?rows=${rows}`)).json);
    assert.deepEqual(JSON.parse(run('qiao-indexer', 'gaps', '--data', data, '--scouting', '--country', '德国', '--json')), scouting);
  });

  test('keys: made once and shown once, listed without their secret, revoked at once', async () => {
    for (const role of ['park', 'own', null])
      for (const [method, target, value] of [
        ['GET', '/v1/keys'], ['POST', '/v1/keys', { role: 'staff' }], ['DELETE', '/v1/keys/00000000'], ['GET', '/v1/generations'], ['PUT', '/v1/generations/current', { generation: 'gen-0000000001' }],
        ['GET', '/v1/profiles'], ['POST', '/v1/profiles/preview', {}], ['PUT', '/v1/profiles/next', { version: 'x' }],
      ])
        assert.equal((await ask(role, method, target, value)).status, role ? 403 : 401, `${role} ${method} ${target}`);
    const made = await ask('staff', 'POST', '/v1/keys', { role: 'staff', park: '海淀园', label: 'second desk', expires: '2099-12-31' });
    assert.deepEqual([made.status, made.json.park, made.json.expires], [201, 'haidian', '2099-12-31T00:00:00Z']);
    keys.second = made.json.key;
    assert.equal((await ask('second', 'GET', '/v1/queue')).status, 200);
    const listed = await ask('staff', 'GET', '/v1/keys');
    const found = listed.json.keys.find((one) => one.name === made.json.name);
    assert.match(found.last_used, /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
    assert.deepEqual(found, { name: made.json.name, role: 'staff', organisation: null, park: 'haidian', label: 'second desk', expires: '2099-12-31T00:00:00Z', created: found.created, last_used: found.last_used, revoked: false });
    for (const secret of Object.values(keys)) assert.ok(!listed.body.toString().includes(secret.split('_')[2]));
    const part = (await ask('staff', 'GET', '/v1/keys?limit=1&offset=1')).json;
    assert.deepEqual([part.keys.map((one) => one.name), part.more], [listed.json.keys.slice(1, 2).map((one) => one.name), listed.json.keys.length > 2]);
    assert.equal((await ask('staff', 'DELETE', `/v1/keys/${made.json.name}`)).status, 204);
    assert.equal((await ask('second', 'GET', '/v1/queue')).status, 401);
    assert.equal((await ask('staff', 'GET', '/v1/keys')).json.keys.find((one) => one.name === made.json.name).revoked, true);
    assert.equal((await ask('staff', 'DELETE', '/v1/keys/none')).status, 404);
    assert.equal((await ask('staff', 'GET', '/v1/keys?limit=501')).status, 400);
    for (const [value, pointers] of [
      [{}, ['/role']], [{ role: 'public' }, ['/role']], [{ role: 'enterprise' }, ['/organisation']], [{ role: 'staff', organisation: '甲' }, ['/organisation']], [{ role: 'staff', park: 'moon' }, ['/park']],
      [{ role: 'job', park: 'haidian' }, ['/park']], [{ role: 'staff', expires: '2020-01-01' }, ['/expires']], [{ role: 'staff', expires: '2027-02-30' }, ['/expires']], [{ role: 'staff', label: 5, colour: 'red' }, ['/label', '/colour']],
    ])
      assert.deepEqual((await ask('staff', 'POST', '/v1/keys', value)).json.errors.map((error) => error.pointer), pointers, JSON.stringify(value));
  });

  test('generations: back to an earlier one, served with the answer, with its line in the audit trail', async () => {
    const { json } = await ask('staff', 'GET', '/v1/generations');
    assert.deepEqual(json.generations.map((one) => [one.generation, one.current, one.parent]), [['gen-0000000002', true, 'gen-0000000001'], ['gen-0000000001', false, null]]);
    assert.equal(json.generations[0].projects, json.generations[1].projects + 1);
    assert.equal((await ask('staff', 'GET', '/v1/generations?x=1')).status, 400);
    for (const generation of ['2', 'gen-2', 'gen-0000000000', '', 'gen-0000000001 ']) assert.equal((await ask('staff', 'PUT', '/v1/generations/current', { generation })).status, 400, generation);
    assert.equal((await ask('staff', 'PUT', '/v1/generations/current', { generation: 'gen-0000000077' })).status, 404);
    const back = await ask('staff', 'PUT', '/v1/generations/current', { generation: 'gen-0000000001' });
    assert.deepEqual([back.status, back.json], [200, { generation: 'gen-0000000001', previous: 'gen-0000000002' }]);
    assert.equal((await ask('staff', 'GET', '/v1/about')).json.generation, 'gen-0000000001');
    assert.equal((await ask('staff', 'GET', '/v1/projects/t:new')).status, 404);
    assert.equal((await counted('staff', '/v1/queue')).json.previous, null);
    assert.equal(fs.readFileSync(path.join(data, 'catalog/CURRENT'), 'utf8').trim(), 'gen-0000000001');
    await ask('staff', 'PUT', '/v1/generations/current', { generation: 'gen-0000000002' });
    assert.equal((await ask('staff', 'GET', '/v1/projects/t:new')).status, 200);
    assert.match(run('qiao-api', 'verify', '--data', data), /sound/);
  });

  test('profiles: what other weights would do is shown, the next build takes them, the service follows', async () => {
    const { json } = await ask('staff', 'GET', '/v1/profiles');
    assert.equal(json.profiles[0].name, 'default');
    assert.equal(json.next, null);
    assert.equal((await ask('staff', 'GET', '/v1/profiles?x=1')).status, 400);
    const same = (await ask('staff', 'POST', '/v1/profiles/preview', {})).json;
    assert.deepEqual([same.needs.length, same.unchanged], [10, 10], 'no change changes nothing');
    assert.deepEqual((await ask('staff', 'POST', '/v1/profiles/preview', {})).json.needs.map((need) => need.id), same.needs.map((need) => need.id));
    const change = { weights: { field: [3000, 3000], text_body: [100, 100] } };
    const other = (await ask('staff', 'POST', '/v1/profiles/preview', { ...change, sample: 20 })).json;
    assert.ok(other.needs.length === 20 && other.unchanged < 20);
    const id = other.needs.find((need) => need.kept < 10).id;
    const one = (await ask('staff', 'POST', '/v1/profiles/preview', { ...change, needs: [id] })).json.needs[0];
    const list = async () => (await ask('staff', 'GET', `/v1/needs/${id}/matches?limit=10&explain=none`)).json.matches.map((match) => match.project.id);
    assert.deepEqual(one.before.map((row) => row.id), await list());
    for (const [value, status] of [
      [{ sample: 21 }, 400], [{ sample: 1.5 }, 400], [{ needs: [] }, 400], [{ needs: [5] }, 400], [{ weights: { charm: [1, 1] } }, 400], [{ weights: { field: [1] } }, 400], [{ name: 'x' }, 400], [{ policy_cap: -1 }, 400], [{ needs: ['fx:none'] }, 404],
    ])
      assert.equal((await ask('staff', 'POST', '/v1/profiles/preview', value)).status, status, JSON.stringify(value));
    assert.equal((await ask('staff', 'PUT', '/v1/profiles/next', change)).status, 400, 'without a version');
    const put = await ask('staff', 'PUT', '/v1/profiles/next', { version: 'field-first', ...change });
    assert.deepEqual([put.status, put.json.revision, put.json.profile.weights.field, put.json.profile.weights.trl], [200, 1, [3000, 3000], json.profiles[0].profile.weights.trl]);
    assert.equal((await ask('staff', 'PUT', '/v1/profiles/next', { version: 'again', ...change }, { 'If-Match': '"7"' })).status, 412);
    assert.deepEqual((await ask('staff', 'GET', '/v1/profiles')).json.next, put.json);
    assert.deepEqual(await list(), one.before.map((row) => row.id), 'nothing changes before the build');
    build();
    await served('gen-0000000003');
    assert.deepEqual(await list(), one.after.map((row) => row.id));
    const after = (await ask('staff', 'GET', '/v1/profiles')).json;
    assert.deepEqual([after.profiles[0].version, after.next], ['field-first', null]);
    const young = temporary('profiles');
    const early = await Server.start('qiao-api', young);
    for (const [method, target, value] of [['GET', '/v1/profiles'], ['POST', '/v1/profiles/preview', {}], ['PUT', '/v1/profiles/next', { version: 'x' }]])
      assert.equal((await early.request(method, target, { headers: { 'Content-Type': 'application/json' }, body: value && JSON.stringify(value) })).status, 503);
    assert.deepEqual((await early.get('/v1/generations')).json, { current: null, generations: [] });
    await early.stop();
    fs.rmSync(young, { recursive: true });
  });

  test('nights and feeds: what was left is served by name, in the form asked for, and nothing else is', async () => {
    const config = path.join(data, 'night.json');
    fs.writeFileSync(config, JSON.stringify({ harvest: [{ preset: 'oai_dc', url: 'http://127.0.0.1:1/oai', source: 'away' }] }));
    assert.deepEqual((await ask('staff', 'GET', '/v1/reports/nightly')).json, { total: 0, reports: [], more: false });
    assert.deepEqual((await ask('staff', 'GET', '/v1/reports/feeds')).json, { nights: 0, feeds: [] });
    assert.throws(() => run('qiao-indexer', 'nightly', '--data', data, '--config', config), (error) => error.status === 3);
    fs.writeFileSync(path.join(data, 'reports/nightly-20200101T000000Z-1.json'), JSON.stringify({ started: '2020-01-01T00:00:00Z', exit_code: 0, generation_before: 0, generation: 1, feeds: [{ source: 'away', exit_code: 0, read: 5, new: 5 }, { source: 'once', exit_code: 3, read: 7, refused: 2 }] }));
    fs.writeFileSync(path.join(data, 'reports/nightly-20190101T000000Z-1.json'), '{"started":');
    fs.writeFileSync(path.join(data, 'reports/secret.json'), '{}');
    for (const target of ['/v1/reports/nightly', '/v1/reports/nightly/nightly-20200101T000000Z-1', '/v1/reports/feeds'])
      for (const role of [null, 'own']) assert.equal((await ask(role, 'GET', target)).status, role ? 403 : 401, target);
    assert.equal((await ask('park', 'GET', '/v1/reports/nightly')).status, 403);
    const { json } = await ask('staff', 'GET', '/v1/reports/nightly');
    assert.deepEqual([json.total, json.reports.length, json.reports[0].exit_code, json.reports[0].formats], [3, 3, 3, ['json', 'html', 'zh.md', 'en.md']]);
    assert.deepEqual(json.reports[1], { name: 'nightly-20200101T000000Z-1', started: '2020-01-01T00:00:00Z', ended: null, exit_code: 0, generation_before: 0, generation_after: 1, formats: ['json'] });
    assert.equal(json.reports[2].started, null, 'a damaged one is listed, and tells nothing');
    assert.deepEqual((await ask('staff', 'GET', '/v1/reports/nightly?limit=1&offset=1')).json.reports, [json.reports[1]]);
    assert.equal((await ask('staff', 'GET', '/v1/reports/nightly?limit=201')).status, 400);
    const one = `/v1/reports/nightly/${json.reports[0].name}`;
    const night = await ask('staff', 'GET', one);
    assert.deepEqual(night.json, JSON.parse(fs.readFileSync(path.join(data, 'reports', `${json.reports[0].name}.json`), 'utf8')));
    assert.equal((await ask('staff', 'GET', one, undefined, { 'If-None-Match': night.headers.etag })).status, 304);
    for (const [target, headers, type, file] of [
      [`${one}?format=html`, {}, 'text/html; charset=utf-8', '.html'],
      [one, { Accept: 'text/html,application/xhtml+xml' }, 'text/html; charset=utf-8', '.html'],
      [`${one}?format=md`, { 'Accept-Language': 'zh' }, 'text/markdown; charset=utf-8', '.zh.md'],
      [one, { Accept: 'text/markdown', 'Accept-Language': 'en' }, 'text/markdown; charset=utf-8', '.en.md'],
      [`${one}?format=json`, { Accept: 'text/html' }, 'application/json', '.json'],
    ]) {
      const reply = await ask('staff', 'GET', target, undefined, headers);
      assert.deepEqual([reply.status, reply.headers['content-type']], [200, type], target);
      assert.equal(reply.body.toString(), fs.readFileSync(path.join(data, 'reports', json.reports[0].name + file), 'utf8'));
      assert.match(reply.headers['content-security-policy'], /default-src 'none'/);
    }
    assert.equal((await ask('staff', 'GET', `${one}?format=pdf`)).status, 400);
    for (const name of ['secret', 'nightly-20200101T000000Z-1.json', 'nightly-..%2fsecret', '..%2f..%2fdesk', 'nightly-', `nightly-${'a'.repeat(100)}`, 'nightly-none', '%2e%2e%2fsecret'])
      assert.equal((await ask('staff', 'GET', `/v1/reports/nightly/${name}`)).status, 404, name);
    assert.equal((await ask('staff', 'GET', '/v1/reports/nightly/nightly-20200101T000000Z-1?format=html')).status, 404);
    const health = (await ask('staff', 'GET', '/v1/reports/feeds')).json;
    assert.equal((await ask('staff', 'GET', '/v1/reports/feeds?x=1')).status, 400);
    const away = health.feeds.find((feed) => feed.source === 'away');
    assert.deepEqual([away.last_success, away.nights, away.failures, away.withdrawn], ['2020-01-01T00:00:00Z', 2, 1, 0]);
    assert.equal(health.feeds.find((feed) => feed.source === 'once').withdrawn, null, 'what is not told is not zero');
    assert.ok(away.exit_code !== 0 && away.age_hours > 50000 && away.message.length > 0);
    const once = health.feeds.find((feed) => feed.source === 'once');
    assert.deepEqual([once.read, once.refused, once.exit_code, once.failures], [7, 2, 3, 0]);
    // harvests outside the nights: the latest word of a source counts, wherever it stands
    const harvest = (source, url) => assert.throws(() => run('qiao-indexer', 'harvest', '--data', data, '--preset', 'oai_dc', '--url', url, '--source', source), (error) => error.status === 4);
    harvest('alone', 'http://127.0.0.1:1/oai');
    fs.writeFileSync(path.join(data, 'reports/feeds/away.json'), JSON.stringify({ started: '2019-01-01T00:00:00Z', last_success: '2019-01-01T00:00:00Z', feed: { source: 'away', exit_code: 0, read: 1 } }));
    fs.writeFileSync(path.join(data, 'reports/feeds/once.json'), JSON.stringify({ started: '2021-01-01T00:00:00Z', last_success: '2021-01-01T00:00:00Z', feed: { source: 'once', exit_code: 0, read: 9 } }));
    fs.writeFileSync(path.join(data, 'reports/feeds/broken.json'), '{"started":"2021-01-01');
    const after = (await ask('staff', 'GET', '/v1/reports/feeds')).json;
    assert.deepEqual(after.feeds.map((feed) => feed.source), ['away', 'once', 'alone']);
    assert.deepEqual(after.feeds[0], { ...away, age_hours: after.feeds[0].age_hours }, 'an older harvest says nothing new');
    assert.deepEqual([after.feeds[1].read, after.feeds[1].exit_code, after.feeds[1].last_run, after.feeds[1].nights], [9, 0, '2021-01-01T00:00:00Z', 1]);
    assert.deepEqual([after.feeds[2].exit_code, after.feeds[2].last_success, after.feeds[2].nights, after.feeds[2].read], [4, null, 0, 0]);
    assert.match(after.feeds[2].message, /private network|内网|私有/);
  });
});
