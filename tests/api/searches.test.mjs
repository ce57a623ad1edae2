// Saved searches: whose they are, what a night tells of them, and how it is sent to the address that they name.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Desk, OTHER, OWN } from './desk.mjs';
import { build, killLeftOvers, run, sleep, until } from './harness.mjs';

let desk, receiver;
const ids = {}, secrets = {};
const received = [];

// The receiver must answer meanwhile, so the program runs beside this one.
async function alerts(...options) {
  const { stdout } = await promisify(execFile)(path.join(build, 'bin/qiao-indexer'), ['alerts', '--data', desk.data, '--json', '--retry-ms', '1', ...options]);
  return JSON.parse(stdout);
}

async function night(records, generation) {
  const file = path.join(desk.data, 'more.ndjson');
  fs.writeFileSync(file, records.map((record) => JSON.stringify(record)).join('\n') + '\n');
  await sleep(1100); // a generation's time is told in seconds
  run('qiao-indexer', 'import', '--data', desk.data, file);
  run('qiao-indexer', 'build', '--data', desk.data);
  await until(async () => (await desk.get('staff', '/v1/about')).json.generation === generation, generation, 30000);
}

const news = async (role, name) => (await desk.get(role, `/v1/searches/${ids[name]}/news`)).json;
const named = (list) => list.map((item) => item.id).sort();
const project = (id, more) => ({ id, kind: 'project', title: { zh: '硫化物固态电解质', en: 'Sulfide solid electrolyte' }, summary: { en: 'Sulfide solid electrolyte film' }, ...more });

describe('saved searches', () => {
  before(async () => {
    desk = await Desk.start('searches');
    receiver = http.createServer((request, response) => {
      const pieces = [];
      request.on('data', (piece) => pieces.push(piece));
      request.on('end', () => {
        const body = Buffer.concat(pieces).toString('utf8');
        received.push({ url: request.url, headers: request.headers, body });
        const tries = received.filter((message) => message.url === request.url).length;
        if (request.url === '/flaky') response.writeHead(tries < 3 ? 500 : 204).end();
        else if (request.url === '/moved') response.writeHead(307, { Location: '/flaky' }).end();
        else response.writeHead(410).end();
      });
    });
    await new Promise((done) => receiver.listen(0, '127.0.0.1', done));
  });
  after(async () => {
    receiver.close();
    assert.equal(await desk.stop(), 0);
  });
  after(killLeftOvers);

  async function save(role, name, body) {
    const made = await desk.ask(role, 'POST', '/v1/searches', { name, ...body });
    assert.equal(made.status, 201, JSON.stringify(made.json));
    ids[name] = made.json.id;
    secrets[name] = made.json.secret;
    assert.equal(made.headers.location, `/v1/searches/${made.json.id}`);
    return made.json;
  }

  test('they are saved, read, changed and taken away; what cannot be run is refused', async () => {
    const hook = (where) => ({ webhook: { url: `http://localhost:${receiver.address().port}${where}` } });
    const made = await save('own', 'projects', { q: 'sulfide electrolyte', ...hook('/flaky') });
    assert.match(made.secret, /^[0-9a-f]{64}$/);
    const read = await desk.get('own', `/v1/searches/${made.id}`);
    assert.deepEqual({ ...read.json, secret: made.secret }, made);
    assert.ok(!read.body.includes(made.secret), 'a secret is shown twice');
    assert.equal((await desk.get('own', `/v1/searches/${made.id}`, { 'If-None-Match': '"1"' })).status, 304);
    await save('own', 'watched', { need: 't:own' });
    await save('own', 'moved', { q: 'sulfide electrolyte', ...hook('/moved') });
    await save('own', 'gone', { q: 'sulfide electrolyte', ...hook('/gone') });
    await save('own', 'needs', { side: 'needs', q: '固态电池' });
    await save('staff', 'all', { side: 'needs', q: '固态电池', filters: { park: ['haidian', '昌平'] } });
    await save('haidian', 'park', { side: 'needs', q: '固态电池' });
    await save('staff', 'inside', { q: 'sulfide electrolyte', filters: { trl_min: 4 } });
    for (const wrong of [{}, { name: 'x' }, { name: '', q: 'x' }, { name: 'x', q: 'x', need: 't:own' }, { name: 'x', q: 'x', more: 1 }, { name: 'x', q: 1 }, { name: 'x', filters: [] }, { name: 'x', filters: { country: 'Atlantis' } }, { name: 'x', filters: { trl_min: 6, trl_max: 2 } },
      ...['ftp://x/', 'https://', 'https://user:pass@host/', 'https://a b/', `https://x/${'y'.repeat(2000)}`].map((url) => ({ name: 'x', q: 'x', webhook: { url } }))])
      assert.equal((await desk.ask('own', 'POST', '/v1/searches', wrong)).status, 400, JSON.stringify(wrong).slice(0, 100));
    assert.equal((await desk.ask('own', 'POST', '/v1/searches', { name: 'x', need: 't:other' })).status, 404);

    const spare = await save('own', 'spare', { q: 'laser' }), target = `/v1/searches/${spare.id}`;
    const changed = { name: 'spare', q: 'fibre laser', webhook: { url: 'https://example.org/news' } };
    assert.equal((await desk.ask('own', 'PUT', target, changed)).status, 428);
    assert.equal((await desk.ask('own', 'PUT', target, changed, { 'If-Match': '"7"' })).status, 412);
    const first = (await desk.ask('own', 'PUT', target, changed, { 'If-Match': '"1"' })).json.secret;
    assert.match(first, /^[0-9a-f]{64}$/, 'an address for the first time: a secret');
    assert.equal((await desk.ask('own', 'PUT', target, { ...changed, q: 'laser' }, { 'If-Match': '"2"' })).json.secret, undefined);
    await desk.ask('own', 'PUT', target, { name: 'spare', q: 'laser' }, { 'If-Match': '"3"' });
    assert.notEqual((await desk.ask('own', 'PUT', target, changed, { 'If-Match': '"4"' })).json.secret, first);
    assert.equal((await desk.ask('own', 'DELETE', target)).status, 428);
    assert.equal((await desk.ask('own', 'DELETE', target, undefined, { 'If-Match': '"1"' })).status, 412);
    assert.equal((await desk.ask('own', 'DELETE', target, undefined, { 'If-Match': '"5"' })).status, 204);
    assert.equal((await desk.get('own', target)).status, 404);
  });

  test('they are their owner\'s: staff of one scope share theirs', async () => {
    const list = async (role) => (await desk.get(role, '/v1/searches')).json.searches.map((search) => search.name).sort();
    assert.deepEqual(await list('own'), ['gone', 'moved', 'needs', 'projects', 'watched']);
    assert.deepEqual([await list('other'), await list('staff'), await list('haidian'), await list('changping')], [[], ['all', 'inside'], ['park'], []]);
    for (const [role, name] of [['other', 'projects'], ['staff', 'projects'], ['haidian', 'all'], ['staff', 'park']])
      for (const [method, tail, body] of [['GET', ''], ['GET', '/news'], ['PUT', '', { name: 'x', q: 'x' }], ['DELETE', '']]) {
        const reply = await desk.ask(role, method, `/v1/searches/${ids[name]}${tail}`, body, method === 'GET' ? {} : { 'If-Match': '*' });
        assert.equal(reply.status, 404, `${role} ${method} ${name}`);
      }
    for (const [method, target, body] of [['GET', '/v1/searches'], ['POST', '/v1/searches', {}], ['GET', `/v1/searches/${ids.projects}`], ['GET', `/v1/searches/${ids.projects}/news`], ['PUT', `/v1/searches/${ids.projects}`, {}], ['DELETE', `/v1/searches/${ids.projects}`]]) {
      assert.equal((await desk.ask('job', method, target, body)).status, 403, `${method} ${target}`);
      assert.equal((await desk.ask('public', method, target, body)).status, 401, `${method} ${target}`);
    }
  });

  test('before the first night there are no news', async () => {
    assert.deepEqual(await news('own', 'projects'), { search: ids.projects, seen: null, entries: [], more: false });
    assert.equal((await alerts()).compared, 0, 'nothing to compare with: they were saved after the generation was made');
  });

  let watchedBefore;
  test('a night tells what came and left, of what the owner may see', async () => {
    const convincing = async () => (await desk.get('own', '/v1/needs/t:own/matches?limit=50')).json.matches.filter((match) => ['strong', 'possible'].includes(match.band)).map((match) => match.project.id).sort();
    watchedBefore = await convincing();
    await night([
      project('t:new', { trl: 7 }),
      project('t:secret', { visibility: 'staff', trl: 5 }),
      { id: 't:kept', kind: 'project', title: { en: 'Wind turbine gearbox' }, summary: { en: 'Gearbox' } },
      { id: 't:later', kind: 'need', title: { zh: '固态电池隔膜' }, enterprise: { name: OTHER, park: 'haidian' } },
      { id: 't:mine', kind: 'need', title: { zh: '固态电池测试' }, enterprise: { name: OWN, park: 'changping' } },
    ], 'gen-0000000002');
    const summary = await alerts('--allow-http', '--allow-private');
    assert.deepEqual([summary.compared, summary.delivered, summary.failed, summary.waiting], [8, 1, 1, 1]);

    const [entry] = (await news('own', 'projects')).entries;
    assert.deepEqual([entry.generation, entry.previous, named(entry.came), named(entry.left)], ['gen-0000000002', 'gen-0000000001', ['t:new'], ['t:kept']]);
    assert.equal(entry.came[0].title, 'Sulfide solid electrolyte');
    const found = (await desk.get('own', '/v1/search?q=sulfide+electrolyte')).json;
    assert.deepEqual(entry.counts, { came: 1, left: 1, rose: 0, total: found.with_all_words ?? found.total }, 'records with some of the words only are no answer');
    assert.deepEqual(named((await news('staff', 'inside')).entries[0].came), ['t:new', 't:secret']);
    assert.deepEqual(named((await news('own', 'needs')).entries[0].came), ['t:mine']);
    assert.deepEqual(named((await news('staff', 'all')).entries[0].came), ['t:later', 't:mine']);
    assert.deepEqual(named((await news('haidian', 'park')).entries[0].came), ['t:later']);

    const now = await convincing(), [watched] = (await news('own', 'watched')).entries;
    assert.ok(now.includes('t:new') && !now.includes('t:secret'));
    assert.deepEqual(named(watched.came), now.filter((id) => !watchedBefore.includes(id)));
    assert.deepEqual(named(watched.left), watchedBefore.filter((id) => !now.includes(id)));
  });

  test('a message is signed, holds ids and counts, and is tried until it is taken', async () => {
    const messages = received.filter((message) => message.url === '/flaky');
    assert.equal(messages.length, 3);
    for (const { headers, body } of messages) {
      const expected = crypto.createHmac('sha256', secrets.projects).update(`${headers['qiao-timestamp']}.${body}`).digest('hex');
      assert.equal(headers['qiao-signature'], `sha256=${expected}`);
      assert.equal(headers['qiao-delivery'], `${ids.projects}/gen-0000000002`);
      assert.equal(headers['content-type'], 'application/json');
      assert.ok(Math.abs(Date.now() / 1000 - Number(headers['qiao-timestamp'])) < 3600);
    }
    const message = JSON.parse(messages[0].body);
    assert.deepEqual([message.event, message.search, message.generation, message.came, message.left, message.counts.came], ['search.news', ids.projects, 'gen-0000000002', ['t:new'], ['t:kept'], 1]);
    assert.doesNotMatch(messages[0].body, /Sulfide|硫化物|Gearbox|t:secret/);
    const { delivery } = (await news('own', 'projects')).entries[0];
    assert.deepEqual([delivery.state, delivery.tries, delivery.log.map((line) => line.status)], ['delivered', 3, [500, 500, 204]]);
    assert.equal((await news('own', 'gone')).entries[0].delivery.state, 'failed', '410: it is not asked again');
    assert.equal(received.filter((entry) => entry.url === '/gone').length, 1);
  });

  test('the same night again tells and sends nothing twice', async () => {
    const file = (name) => fs.readFileSync(path.join(desk.data, 'news', `${ids[name]}.json`));
    const former = ['projects', 'watched', 'all', 'gone'].map(file), count = received.filter((message) => message.url !== '/moved').length;
    assert.equal((await alerts('--allow-http', '--allow-private')).compared, 0);
    assert.deepEqual(['projects', 'watched', 'all', 'gone'].map(file), former);
    assert.equal(received.filter((message) => message.url !== '/moved').length, count);
  });

  test('a redirect is not followed, and what is not taken is given up after five nights', async () => {
    for (let i = 0; i < 4; i++) await alerts('--allow-http', '--allow-private');
    const { delivery } = (await news('own', 'moved')).entries[0];
    assert.deepEqual([delivery.state, delivery.nights, delivery.tries, delivery.log.length, new Set(delivery.log.map((line) => line.status))], ['failed', 5, 15, 10, new Set([307])]);
    assert.equal(received.filter((message) => message.url === '/moved').length, 15);
    assert.equal(received.filter((message) => message.url === '/flaky').length, 3);
  });

  test('a name that leads into the own network, and http, are asked only where the operator allows it', async () => {
    const count = received.length;
    await night([project('t:third')], 'gen-0000000003');
    await alerts('--allow-http');
    const [entry] = (await news('own', 'projects')).entries;
    assert.deepEqual([entry.generation, entry.delivery.state, entry.delivery.log[0].error], ['gen-0000000003', 'failed', 'not_allowed']);
    await night([project('t:fourth')], 'gen-0000000004');
    await alerts('--allow-private');
    assert.deepEqual((await news('own', 'projects')).entries.map((one) => one.delivery.state), ['failed', 'failed', 'delivered']);
    assert.equal(received.length, count);
    assert.deepEqual((await desk.get('own', `/v1/searches/${ids.projects}/news?limit=1`)).json.more, true);
    for (const query of ['limit=31', 'from=1']) assert.equal((await desk.get('own', `/v1/searches/${ids.projects}/news?${query}`)).status, 400);
  });

  test('what the owner may not see any more is not told; a search that was taken away leaves nothing', async () => {
    await night([project('t:new', { visibility: 'staff', trl: 7 })], 'gen-0000000005');
    const all = (await news('own', 'projects')).entries;
    assert.ok(all.every((entry) => !named(entry.came).includes('t:new')));
    assert.equal((await desk.ask('own', 'DELETE', `/v1/searches/${ids.moved}`, undefined, { 'If-Match': '*' })).status, 204);
    await alerts();
    assert.ok(!fs.existsSync(path.join(desk.data, 'news', `${ids.moved}.json`)));
    assert.deepEqual(named((await news('own', 'projects')).entries[0].left), ['t:new']);
  });

  test('there is a limit of an owner', async () => {
    for (let i = 0; i < 100; i++) assert.equal((await desk.ask('other', 'POST', '/v1/searches', { name: `${i}`, q: 'laser' })).status, 201);
    const refused = await desk.ask('other', 'POST', '/v1/searches', { name: 'one more', q: 'laser' });
    assert.deepEqual([refused.status, refused.json.code], [400, 'limit']);
    const page = (await desk.get('other', '/v1/searches?limit=60')).json;
    assert.equal((await desk.get('other', `/v1/searches?limit=60&cursor=${page.next}`)).json.searches.length, 40);
  });

  test('an enterprise without a key that holds is told nothing any more', async () => {
    run('qiao-api', 'key', 'revoke', '--data', desk.data, desk.keys.own.slice(5, 13));
    assert.ok((await alerts()).searches < 110 - 4);
    const stopped = fs.readFileSync(path.join(desk.data, 'news', `${ids.projects}.json`), 'utf8');
    await night([project('t:sixth')], 'gen-0000000006');
    await alerts('--allow-http', '--allow-private');
    assert.equal(fs.readFileSync(path.join(desk.data, 'news', `${ids.projects}.json`), 'utf8'), stopped);
  });
});
