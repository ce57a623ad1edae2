// The service over an engine that does as it is told: every way to fail, limits of the wire, draining, following the catalogue.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server, killLeftOvers, sleep, temporary, until } from './harness.mjs';

let data, server;

function publish(number) {
  fs.mkdirSync(path.join(data, 'catalog'), { recursive: true });
  fs.writeFileSync(path.join(data, 'catalog/CURRENT.new'), `gen-${String(number).padStart(10, '0')}\n`);
  fs.renameSync(path.join(data, 'catalog/CURRENT.new'), path.join(data, 'catalog/CURRENT'));
}

describe('the service over an engine that does as it is told', () => {
  before(async () => {
    data = temporary('fake');
    publish(3);
    server = await Server.start('qiao-api-fake', data, ['--threads', '4', '--timeout', '5']);
  });

  after(async () => {
    assert.equal(await server.stop(), 0, server.stderr.slice(-500));
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('each engine failure becomes its problem, and what happened inside stays inside', async () => {
    const expected = {
      usage: [500, 'internal'],
      bad_input: [400, 'bad_body'],
      not_found: [404, 'not_found'],
      out_of_memory: [503, 'busy'],
      io_error: [500, 'internal'],
      no_space: [507, 'no_space'],
      locked: [503, 'busy'],
      corrupt: [500, 'damaged'],
      version: [500, 'damaged'],
      limit: [400, 'limit'],
      stale: [503, 'busy'],
      refused: [500, 'internal'],
      bad_query: [400, 'bad_query'],
      internal: [500, 'internal'],
    };
    for (const [token, [status, code]] of Object.entries(expected)) {
      const asked = [
        await server.get(`/v1/projects/fail:${token}`),
        await server.get(`/v1/needs/fail:${token}/matches`),
        await server.get(`/v1/needs/fail:${token}/excluded`),
        await server.get(`/v1/pairs/fail:${token}/x`),
        await server.get(`/v1/search?q=fail:${token}`),
        await server.get(`/v1/suggest?q=fail:${token}`),
        await server.post('/v1/match', { text: `fail:${token}` }),
      ];
      for (const reply of asked) {
        assert.equal(reply.status, status, token);
        assert.equal(reply.json.code, code, token);
        if (token !== 'not_found') assert.equal(/secret/.test(reply.json.detail), status < 500, `${token}: ${reply.json.detail}`);
        if (status === 503) assert.equal(reply.headers['retry-after'], '1');
      }
    }
    const faults = () => server.stderr.split('\n').slice(0, -1).map((line) => JSON.parse(line)).filter((line) => line.event === 'fault');
    await until(() => faults().length >= 30, 'the log says what happened');
    assert.ok(faults().every((line) => line.request_id && /secret/.test(line.message)), 'and why');
  });

  test('options and filters reach the engine as they were meant', async () => {
    let reply = await server.get('/v1/search?side=needs&q=a%2Bb+c&country=DE,%E6%B3%95%E5%9B%BD&country=EU&field=energy.battery&park=haidian&mode=jv&trl_min=3&trl_max=7&limit=5&offset=10&translate=false');
    const { filters, ...rest } = reply.json;
    assert.deepEqual(filters, ['country:DE|country:FR|group:EU', 'field:energy.battery', 'park:haidian', 'mode:jv']);
    assert.deepEqual([rest.side, rest.query, rest.trl, rest.limit, rest.offset, rest.translate], ['needs', 'a+b c', [3, 7], 5, 10, false]);
    reply = await server.get('/v1/suggest?side=needs&q=gutai%E7%94%B5&limit=20');
    assert.deepEqual([reply.json.side, reply.json.q, reply.json.limit], ['needs', 'gutai电', 20]);
    reply = await server.get('/v1/projects/x:a%2Fb/c%20d/matches?trl_min=8&explain=full&text_only=true&limit=1000');
    assert.deepEqual([reply.json.id, reply.json.kind, reply.json.filters, reply.json.explain, reply.json.text_only, reply.json.limit], ['x:a/b/c d', 'project', ['trl:8|trl:9'], 2, true, 1000]);
    reply = await server.post('/v1/match', { text: '  字  ', filters: { country: ['DE', 'FR'], group: 'RCEP', trl_max: 2 }, limit: 7, offset: 3, explain: 'none', text_only: true });
    assert.deepEqual([reply.json.text, reply.json.filters, reply.json.limit, reply.json.offset, reply.json.explain, reply.json.text_only], ['  字  ', ['country:DE|country:FR', 'group:RCEP', 'trl:1|trl:2'], 7, 3, 0, true]);
    reply = await server.post('/v1/match', { kind: 'project', id: 'p:1', title: { en: 'x' }, limit: 4, filters: { park: '海淀' } });
    assert.deepEqual([reply.json.record, reply.json.kind, reply.json.limit, reply.json.filters], ['p:1', 'project', 4, ['park:haidian']]);
  });

  test('ids hold slashes, and end before the last known part', async () => {
    for (const [target, id] of [
      ['/v1/projects/fx:p0001', 'fx:p0001'],
      ['/v1/projects/fx%3Ap0001', 'fx:p0001'],
      ['/v1/projects/doi:10.1000/xyz/123', 'doi:10.1000/xyz/123'],
      ['/v1/projects/a%2Fmatches', 'a/matches'],
      ['/v1/projects/%E4%B8%AD:1+1', '中:1+1'],
      ['/v1/projects//', '/'],
    ])
      assert.equal((await server.get(target)).json.id, id);
    assert.equal((await server.get('/v1/projects/a/matches/matches')).json.id, 'a/matches');
    assert.equal((await server.get('/v1/projects/matches')).json.id, 'matches');
  });

  test('paths that cannot be read are told apart from records that are not there', async () => {
    for (const [target, status, code] of [
      ['/v1/projects/%', 400, 'bad_request'],
      ['/v1/projects/%zz', 400, 'bad_request'],
      ['/v1/projects/%00', 400, 'bad_request'],
      ['/v1/projects/%ff', 400, 'bad_request'],
      [`/v1/projects/${'a'.repeat(129)}`, 404, 'not_found'],
      ['/v1/projects/', 404, 'no_route'],
      ['/v1/project', 404, 'no_route'],
      ['/v1/search/', 404, 'no_route'],
      ['/v2/search', 404, 'no_route'],
      ['/v1/projects/none:1', 404, 'not_found'],
      ['/v1/needs/none:1/matches', 404, 'not_found'],
    ]) {
      const reply = await server.get(target);
      assert.deepEqual([reply.status, reply.json.code], [status, code], target);
    }
  });

  test('methods: HEAD as GET without a body, OPTIONS tells, others are refused with Allow', async () => {
    const get = await server.get('/v1/projects/x:1');
    const head = await server.request('HEAD', '/v1/projects/x:1');
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    for (const name of ['etag', 'content-type', 'content-length', 'qiao-generation']) assert.equal(head.headers[name], get.headers[name], name);
    for (const [target, allow] of [
      ['/v1/projects/x:1', 'GET, HEAD, PUT, DELETE, OPTIONS'],
      ['/v1/projects/x:1/matches', 'GET, HEAD, OPTIONS'],
      ['/v1/match', 'POST, OPTIONS'],
      ['/', 'GET, HEAD, OPTIONS'],
      ['*', 'GET, HEAD, POST, PUT, DELETE, OPTIONS'],
    ]) {
      const reply = await server.request('OPTIONS', target);
      assert.deepEqual([reply.status, reply.headers.allow, reply.body.length], [204, allow, 0], target);
    }
    assert.equal((await server.request('OPTIONS', '/nothing')).status, 404);
    for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE', 'MKCOL', 'POST']) {
      const reply = await server.request(method, '/v1/search');
      assert.deepEqual([reply.status, reply.json.code, reply.headers.allow], [405, 'method_not_allowed', 'GET, HEAD, OPTIONS'], method);
    }
    assert.equal((await server.get('/v1/match')).headers.allow, 'POST, OPTIONS');
  });

  test('the wire: what two servers could read differently is refused and the connection closed', async () => {
    const get = 'GET /livez HTTP/1.1\r\nHost: x\r\n';
    const post = 'POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    const body = '{"text":"abc"}';
    const next = `${get}\r\n`;
    for (const [name, bytes] of Object.entries({
      'Host twice': `${get}Host: y\r\n\r\n${next}`,
      'no Host': `GET /livez HTTP/1.1\r\n\r\n${next}`,
      'Content-Length twice': `${post}Content-Length: 14\r\nContent-Length: 14\r\n\r\n${body}${next}`,
      'Content-Length twice, different': `${post}Content-Length: 14\r\nContent-Length: 3\r\n\r\n${body}${next}`,
      'Content-Length as a list': `${post}Content-Length: 14, 14\r\n\r\n${body}${next}`,
      'Content-Length with a sign': `${post}Content-Length: +14\r\n\r\n${body}${next}`,
      'Content-Length and Transfer-Encoding': `${post}Content-Length: 14\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
      'the same with GET': `${get}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
      'Transfer-Encoding twice': `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
      'Transfer-Encoding unknown': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${next}`,
      'Transfer-Encoding gzip': `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${next}`,
      'space before the colon': `${post}Content-Length : 14\r\n\r\n${body}${next}`,
      'a broken chunk': `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n${body}\r\n0\r\n\r\n${next}`,
    })) {
      const answer = await server.raw(bytes);
      assert.match(answer, /^HTTP\/1\.1 400 /, `${name}: ${answer.slice(0, 80)}`);
      assert.ok(!answer.includes('alive'), `${name}: the bytes behind it were read as another request`);
    }
    assert.match(await server.raw(`${post}Transfer-Encoding: chunked\r\n\r\ne\r\n${body}\r\n0\r\n\r\n`, 500), /^HTTP\/1\.1 200 /);
    assert.equal((await server.raw(next + next, 500)).match(/HTTP\/1\.1 200 /g).length, 2, 'two requests on one connection');
  });

  test('limits: target, headers, body', async () => {
    assert.equal((await server.get(`/v1/search?q=${'a'.repeat(8192)}`)).json.code, 'target_too_long');
    assert.equal((await server.get('/livez', { 'X-Long': 'a'.repeat(16384) })).json.code, 'headers_too_large');
    assert.match(await server.raw(`GET /${'a'.repeat(200000)} HTTP/1.1\r\nHost: x\r\n\r\n`), /^HTTP\/1\.1 414 /);
    assert.match(await server.raw(`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(200000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
    const large = await server.post('/v1/match', JSON.stringify({ text: 'a'.repeat(1048577) }));
    assert.deepEqual([large.status, large.json.code], [413, 'body_too_large']);
    const most = await server.post('/v1/match', JSON.stringify({ text: 'a'.repeat(1048576 - 11) }));
    assert.equal(most.status, 200, 'a body of exactly the limit is taken');
    const told = await server.raw('POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000000\r\nExpect: 100-continue\r\n\r\n');
    assert.match(told, /^HTTP\/1\.1 413 /, 'refused before it is sent');
    const chunk = `40000\r\n${'a'.repeat(0x40000)}\r\n`;
    assert.match(await server.raw(['POST /v1/match HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', ...Array(6).fill(chunk), '0\r\n\r\n']), /^HTTP\/1\.1 413 /);
  });

  test('a client that is silent in the middle of a request is let go, and the service goes on', async () => {
    const began = Date.now();
    const answer = await server.raw('POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n{"te', 20000);
    assert.ok(Date.now() - began < 15000, 'closed by --timeout 5');
    assert.equal(answer, '');
    assert.equal((await server.get('/livez')).status, 200);
  });

  test('request ids: a good one is echoed, another is replaced, two are never the same', async () => {
    assert.equal((await server.get('/livez', { 'X-Request-Id': 'abc-1.2_Z' })).headers['x-request-id'], 'abc-1.2_Z');
    const seen = new Set();
    for (const bad of ['', 'a b', 'x'.repeat(65), 'ü', '"', 'a,b']) seen.add((await server.get('/livez', { 'X-Request-Id': Buffer.from(bad).toString('latin1') })).headers['x-request-id']);
    for (let i = 0; i < 100; i++) seen.add((await server.get('/livez')).headers['x-request-id']);
    assert.equal(seen.size, 106);
    for (const id of seen) assert.match(id, /^[0-9a-f]{16}$/);
  });

  test('problems speak the language asked for', async () => {
    for (const [header, chinese] of [
      ['zh-CN,zh;q=0.9,en;q=0.8', true],
      ['zh', true],
      ['en-GB, zh;q=0.5', false],
      ['fr, zh-Hant;q=0.3, en;q=0.2', true],
      ['en;q=0, zh;q=0.1', true],
      ['fr', false],
      ['*', false],
      ['zhx', false],
      ['', false],
      [undefined, false],
    ]) {
      const reply = await server.get('/v1/search?limit=x', header === undefined ? {} : { 'Accept-Language': header });
      assert.equal(/[\u4e00-\u9fff]/.test(reply.json.title + reply.json.errors[0].detail), chinese, `${header}: ${reply.json.title}`);
      assert.equal(reply.headers['content-language'], chinese ? 'zh' : 'en');
      assert.equal(reply.headers.vary, 'Accept-Language');
    }
  });

  test('the log has a line for each request, and nothing of what was asked', async () => {
    const marked = await server.get('/v1/search?q=GEHEIM-1&country=DE', { 'X-Request-Id': 'log-1' });
    await server.post('/v1/match', { text: 'GEHEIM-2' }, { 'X-Request-Id': 'log-2' });
    await server.get('/v1/needs/GEHEIM:3', { 'X-Request-Id': 'log-3' });
    await server.get('/GEHEIM-4', { 'X-Request-Id': 'log-4' });
    await server.request('GEHEIM5', '/livez', { headers: { 'X-Request-Id': 'log-5' } });
    await until(() => server.stderr.includes('"log-5"'), 'the log line');
    assert.ok(!/GEHEIM|127\.0\.0\.1:\d+.*request/.test(server.stderr), 'the log repeats what a client said');
    const lines = server.log().filter((line) => /^log-/.test(line.request_id ?? ''));
    assert.deepEqual(lines.map((line) => [line.event, line.method, line.route, line.status]), [
      ['request', 'GET', '/v1/search', 200],
      ['request', 'POST', '/v1/match', 200],
      ['request', 'GET', '/v1/needs/{id}', 200],
      ['request', 'GET', '', 404],
      ['request', 'other', '', 405],
    ]);
    assert.deepEqual([lines[0].generation, lines[0].bytes, lines[0].level], ['gen-0000000003', marked.body.length, 'info']);
    assert.ok(lines.every((line) => line.dur_us > 0 && !Number.isNaN(Date.parse(line.ts))));
  });

  test('a published generation is followed, a damaged one is told once and the old one goes on', async () => {
    publish(4);
    await until(async () => (await server.get('/readyz')).json.generation === 'gen-0000000004', 'generation 4');
    publish(666);
    await until(() => server.stderr.includes('refresh_failed'), 'the complaint');
    await sleep(1200);
    assert.equal((await server.get('/readyz')).json.generation, 'gen-0000000004');
    assert.equal(server.log().filter((line) => line.event === 'refresh_failed').length, 1);
    publish(5);
    server.child.kill('SIGHUP');
    await until(async () => (await server.get('/readyz')).json.generation === 'gen-0000000005', 'generation 5 on SIGHUP');
  });

  test('starts without a catalogue, says so, and serves the first one published', async () => {
    const empty = temporary('empty');
    const young = await Server.start('qiao-api-fake', empty);
    const ready = await young.get('/readyz', { 'Accept-Language': 'zh' });
    assert.deepEqual([ready.status, ready.json.code, ready.headers['retry-after']], [503, 'no_generation', '10']);
    assert.match(ready.json.hint, /qiao-indexer build/);
    assert.equal((await young.get('/livez')).status, 200);
    assert.equal((await young.get('/v1/about')).json.generation, null);
    assert.equal((await young.get('/')).json.generation, null);
    for (const target of ['/v1/search', '/v1/projects/x', '/v1/needs/x', '/v1/projects/x/matches', '/v1/needs/x/matches', '/v1/pairs/x/y', '/v1/needs/x/excluded', '/v1/projects/x/similar', '/v1/needs/x/similar'])
      assert.equal((await young.get(target)).json.code, 'no_generation', target);
    assert.equal((await young.post('/v1/match', { text: 'x' })).json.code, 'no_generation');
    fs.mkdirSync(path.join(empty, 'catalog'));
    fs.writeFileSync(path.join(empty, 'catalog/CURRENT'), 'gen-0000000001\n');
    await until(async () => (await young.get('/readyz')).status === 200, 'the first generation');
    assert.equal(await young.stop(), 0);
    fs.rmSync(empty, { recursive: true });
  });

  test('SIGTERM: what has begun is answered, nothing new is taken, exit code 0', async () => {
    const draining = await Server.start('qiao-api-fake', data, ['--threads', '4', '--admin-listen', '127.0.0.1:0']);
    const slow = [1, 2].map((i) => draining.request('GET', `/v1/projects/slow:4000-${i}`));
    await draining.hasInFlight(2, 2);
    draining.child.kill('SIGTERM');
    await until(() => draining.stderr.includes('"draining"'), 'the drain');
    await assert.rejects(draining.request('GET', '/livez', { agent: false }), 'a new connection is refused');
    for (const reply of await Promise.all(slow)) {
      assert.equal(reply.status, 200);
    }
    draining.agent.destroy();
    assert.equal(await draining.ended, 0);
    assert.equal(draining.log().at(-1).cut_off, 0);
  });

  test('SIGTERM with more to do than --drain-time allows: what runs is answered, what waits is told so', async () => {
    const draining = await Server.start('qiao-api-fake', data, ['--threads', '1', '--drain-time', '1', '--admin-listen', '127.0.0.1:0']);
    const ask = (name) => draining.request('GET', `/v1/projects/slow:5000-${name}`);
    const replies = [ask('a')];
    await draining.hasInFlight(1, 1);
    replies.push(ask('b'), ask('c'));
    await draining.hasInFlight(3, 1);
    draining.child.kill('SIGTERM');
    const [first, ...others] = await Promise.all(replies);
    assert.equal(first.status, 200);
    for (const reply of others) assert.deepEqual([reply.status, reply.json.code, reply.headers.connection], [503, 'busy', 'close']);
    draining.agent.destroy();
    assert.equal(await draining.ended, 0);
    assert.equal(draining.log().at(-1).cut_off, 0);
  });

  test('a probe does not wait behind the work', async () => {
    const busy = await Server.start('qiao-api-fake', data, ['--threads', '1', '--admin-listen', '127.0.0.1:0']);
    const slow = ['a', 'b', 'c'].map((name) => busy.request('GET', `/v1/projects/slow:1500-${name}`));
    let answered = false;
    const all = Promise.all(slow).finally(() => (answered = true));
    await busy.hasInFlight(3, 1);
    assert.equal((await busy.get('/livez')).status, 200);
    assert.equal((await busy.get('/nothing')).status, 404);
    assert.ok(!answered, 'answered before the work that waits');
    for (const reply of await all) assert.equal(reply.status, 200);
    assert.equal(await busy.stop(), 0);
  });

  test('every core works, however few connections there are', async () => {
    const wide = await Server.start('qiao-api-fake', data, ['--threads', '3']);
    await Promise.all([1, 2, 3].map(() => wide.get('/livez'))); // three connections, all accepted before the work begins
    const began = Date.now();
    await Promise.all(['a', 'b', 'c'].map((name) => wide.request('GET', `/v1/projects/slow:600-${name}`)));
    assert.ok(Date.now() - began < 1150, `${Date.now() - began} ms: they stood in line`);
    assert.equal(await wide.stop(), 0);
  });

  test('wrong usage and a port in use: one clear message, the right exit code', async () => {
    for (const [options, pattern, code] of [
      [['--listen', `127.0.0.1:${server.port}`], /cannot listen on 127\.0\.0\.1:\d+: Address already in use\n.*--listen/, 1],
      [['--listen', 'nonsense'], /nonsense is no address/, 2],
      [['--threads', '-1'], /--threads takes a whole number from 0 to 512, not -1/, 2],
      [['--max-body', '12'], /--max-body takes a whole number/, 2],
      [['--nonsense'], /unknown option --nonsense/, 2],
      [['nonsense'], /nonsense is neither a command nor an option/, 2],
      [['--lang', 'fr'], /--lang takes zh or en, not fr/, 2],
      [['--data'], /--data needs a value/, 2],
    ]) {
      const wrong = await Server.start('qiao-api-fake', data, options);
      assert.equal(await wrong.ended, code, options.join(' '));
      assert.match(wrong.stderr, pattern);
      assert.equal(wrong.stdout, '');
      assert.ok(wrong.stderr.split('\n').length <= 3, wrong.stderr);
    }
  });
});
