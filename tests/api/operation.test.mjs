// The service as its operator runs it: options from everywhere, limits by caller, metrics, compressed answers, sockets, the service manager, the log.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { Server, build, killLeftOvers, run, temporary, until } from './harness.mjs';
import { parseExposition } from './exposition.mjs';

const program = path.join(build, 'bin/qiao-api-fake');
let data;

function publish(folder, number = 3) {
  fs.mkdirSync(path.join(folder, 'catalog'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'catalog/CURRENT'), `gen-${String(number).padStart(10, '0')}\n`);
}

function check(args, environment = {}) {
  return spawnSync(program, ['--check-config', '--lang', 'en', ...args], { encoding: 'utf8', env: { ...process.env, ...environment } });
}

// What --check-config prints, as {name: [value, origin]}.
function options(text) {
  return Object.fromEntries(text.trim().split('\n').filter((line) => !line.startsWith(';')).map((line) => {
    const [, name, value, origin] = /^([a-z-]+) = (.*?) +; (.*)$/.exec(line);
    return [name, [value, origin]];
  }));
}

function makeKey(folder, ...rest) {
  return run('qiao-api-fake', 'key', 'create', '--data', folder, ...rest).trim().split('\n').at(-1);
}

// A request over a socket of this machine, or to a port.
function fetchFrom(where, target) {
  return new Promise((done, fail) => {
    http.get({ ...where, path: target, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (body += piece));
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body }));
    }).on('error', fail);
  });
}

async function metricsOf(server) {
  const port = Number(/^metrics: 127\.0\.0\.1:(\d+)$/m.exec(server.stdout)[1]);
  const reply = await fetchFrom({ host: '127.0.0.1', port }, '/metrics');
  assert.equal(reply.status, 200);
  assert.equal(reply.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  return { text: reply.body, families: parseExposition(reply.body) };
}

function value(families, name, labels = {}) {
  const family = families.get(name.replace(/_(bucket|sum|count)$/, '')) ?? families.get(name);
  const found = family.samples.filter((s) => s.name === name && Object.entries(labels).every(([k, v]) => s.labels[k] === v));
  return found.reduce((sum, s) => sum + s.value, 0);
}

describe('the service in operation', () => {
  before(() => {
    data = temporary('operation');
    publish(data);
  });
  after(() => fs.rmSync(data, { recursive: true }));
  after(killLeftOvers);

  test('options come from the command line, the environment, the file, the default, in that order', () => {
    const file = path.join(data, 'all.conf');
    fs.writeFileSync(file, `# the service\ndata = ${data}\nthreads = 5 ; five\n\nmax-body = 5000\npublic = on\nkey-rate = 7\n`);
    const told = check(['--config', file, '--max-body', '7000'], { QIAO_THREADS: '6', QIAO_MAX_BODY: '6000', QIAO_DRAIN_TIME: '9' });
    assert.equal(told.status, 0, told.stderr);
    const shown = options(told.stdout);
    assert.deepEqual(shown['max-body'], ['7000', '--max-body']);
    assert.deepEqual(shown.threads, ['6', 'QIAO_THREADS']);
    assert.deepEqual(shown['drain-time'], ['9', 'QIAO_DRAIN_TIME']);
    assert.deepEqual(shown.public, ['yes', `${file}:6`]);
    assert.deepEqual(shown['key-rate'], ['7', `${file}:7`]);
    assert.deepEqual(shown.timeout, ['30', 'default']);
    assert.deepEqual(shown.listen, ['127.0.0.1:8080', 'default']);
    const again = path.join(data, 'again.conf');
    fs.writeFileSync(again, told.stdout);
    const same = options(check(['--config', again]).stdout);
    for (const [name, [text]] of Object.entries(shown)) assert.equal(same[name][0], text, `${name}: what is printed can be read again`);
    const byEnvironment = check([], { QIAO_CONFIG: file });
    assert.deepEqual(options(byEnvironment.stdout).threads, ['5', `${file}:3`]);
  });

  test('what is wrong with options is told by place, name and value, with exit code 2', () => {
    const file = path.join(data, 'wrong.conf');
    for (const [text, pattern] of [
      ['threads = 2\nthreds = 3\n', /wrong\.conf:2: there is no option threds of a file/],
      ['threads = many\n', /wrong\.conf:1: --threads takes a whole number from 0 to 512, not many/],
      ['threads = 600\n', /wrong\.conf:1: .*not 600/],
      ['\n\npublic = perhaps\n', /wrong\.conf:3: --public is yes or no, not perhaps/],
      ['threads = 2\n# again\nthreads = 2\n', /wrong\.conf:3: threads stands in line 1 already/],
      ['threads 2\n', /wrong\.conf:1: the line is not of the form name = value/],
      ['[serve]\nthreads = 2\n', /wrong\.conf:2: the file has no sections; take out \[serve\]/],
      [`threads = 2\nlisten = ${'x'.repeat(300)}\n`, /wrong\.conf:2: the line has more than \d+ bytes/],
      ['data =\n', /wrong\.conf:1: --data needs a value/],
      ['role = staff\n', /wrong\.conf:1: there is no option role of a file/],
      ['config = other.conf\n', /wrong\.conf:1: there is no option config of a file/],
      ['trusted-proxies = 10.0.0.0/33\n', /--trusted-proxies takes addresses and networks/],
      ['proxy-header = x-real-ip\n', /--proxy-header takes x-forwarded-for or forwarded, not x-real-ip/],
      ['listen = nonsense\n', /nonsense is no address/],
    ]) {
      fs.writeFileSync(file, text);
      const told = check(['--config', file, ...(text.startsWith('data') ? [] : ['--data', data])]);
      assert.deepEqual([told.status, told.stdout], [2, ''], text);
      assert.match(told.stderr, pattern);
    }
    assert.match(check(['--data', data, '--config', path.join(data, 'none.conf')]).stderr, /cannot open .*none\.conf/);
    assert.match(check(['--data', data], { QIAO_THREADS: 'x' }).stderr, /QIAO_THREADS: --threads takes/);
    const chinese = spawnSync(program, ['--check-config', '--lang', 'zh', '--config', file, '--data', data], { encoding: 'utf8' });
    assert.match(chinese.stderr, /不是可监听的地址/);
  });

  test('beyond this machine it listens only where that is said', async () => {
    const refused = await Server.start('qiao-api-fake', data, ['--listen', '0.0.0.0:0']);
    assert.equal(await refused.ended, 4);
    assert.match(refused.stderr, /--allow-remote/);
    const meant = await Server.start('qiao-api-fake', data, ['--listen', '0.0.0.0:0', '--allow-remote']);
    assert.match(meant.stdout, /^http:\/\/0\.0\.0\.0:\d+\n/);
    assert.match(meant.stderr, /"not_loopback"/);
    await meant.stop();
    const admin = await Server.start('qiao-api-fake', data, ['--admin-listen', '0.0.0.0:0']);
    assert.equal(await admin.ended, 2);
  });

  test('a socket of this machine: served, replaced after a crash, kept for a service that runs, removed at the end', async () => {
    const socketPath = path.join(data, 'api.sock');
    const start = () => {
      const child = spawn(program, ['serve', '--data', data, '--listen', `unix:${socketPath}`, '--lang', 'en'], { stdio: ['ignore', 'pipe', 'pipe'] });
      const self = { child, stdout: '', stderr: '', ended: new Promise((done) => child.on('close', done)) };
      child.stdout.on('data', (piece) => (self.stdout += piece));
      child.stderr.on('data', (piece) => (self.stderr += piece));
      return self;
    };
    const first = start();
    await until(() => first.stdout.includes(`unix:${socketPath}\n`), 'the socket');
    assert.equal(fs.statSync(socketPath).mode & 0o777, 0o660);
    assert.equal((await fetchFrom({ socketPath }, '/readyz')).status, 200);
    const second = start();
    assert.equal(await second.ended, 1);
    assert.match(second.stderr, /cannot listen on .*api\.sock/);
    assert.equal((await fetchFrom({ socketPath }, '/readyz')).status, 200, 'the first one is still there');
    first.child.kill('SIGKILL');
    await first.ended;
    assert.ok(fs.existsSync(socketPath));
    const third = start();
    await until(() => third.stdout !== '', 'the socket taken over');
    assert.equal((await fetchFrom({ socketPath }, '/livez')).status, 200);
    third.child.kill('SIGTERM');
    assert.equal(await third.ended, 0);
    assert.ok(!fs.existsSync(socketPath));
  });

  test('rates: each address, each key, what changes something, keys that are not taken', async () => {
    const folder = temporary('rates');
    publish(folder);
    const staff = makeKey(folder, '--role', 'staff'), other = makeKey(folder, '--role', 'staff');
    const server = await Server.start('qiao-api-fake', folder, [
      '--trusted-proxies', '127.0.0.1, 10.0.0.0/8', '--public',
      '--address-rate', '6', '--address-burst', '5', '--key-rate', '6', '--key-burst', '4', '--write-rate', '1', '--write-burst', '2', '--failed-rate', '2', '--failed-burst', '3',
    ]);
    const from = (address, headers = {}) => server.get('/v1/search?q=x', { 'X-Forwarded-For': address, ...headers });
    const statuses = async (count, ask) => {
      const seen = [];
      for (let i = 0; i < count; i++) seen.push((await ask(i)).status);
      return seen;
    };
    assert.deepEqual(await statuses(6, () => from('198.51.100.1')), [200, 200, 200, 200, 200, 429]);
    const refused = await from('198.51.100.1');
    assert.deepEqual([refused.json.code, refused.json.status], ['too_many_requests', 429]);
    assert.ok(Number(refused.headers['retry-after']) >= 1 && Number(refused.headers['retry-after']) <= 10, refused.headers['retry-after']);
    assert.match(refused.json.detail, /the limit is 6 a minute/);
    assert.equal((await from('198.51.100.2')).status, 200, 'another address has its own');
    assert.equal((await from('198.51.100.2', { 'Accept-Language': 'zh' })).status, 200);
    assert.equal((await from('203.0.113.9, 198.51.100.1')).status, 429, 'what stands before the last hop is the client\'s own word');
    assert.equal((await from('198.51.100.1, 10.1.2.3')).status, 429, 'through a second trusted proxy');
    assert.equal((await from('198.51.100.3, 192.0.2.1')).status, 200, 'through one that is not trusted: its address counts');
    assert.equal((await from('2001:db8::1')).status, 200);
    assert.deepEqual(await statuses(5, (i) => from(`2001:db8::${i + 2}`)), [200, 200, 200, 200, 429], 'a network of 64 bits is one client');
    assert.deepEqual(await statuses(6, (i) => from(`192.0.2.${i + 10}`, { Authorization: `Bearer ${staff}` })), [200, 200, 200, 200, 429, 429], 'a key is one caller wherever it calls from');
    assert.equal((await from('192.0.2.40', { Authorization: `Bearer ${other}` })).status, 200);
    const write = (i) => server.request('POST', '/v1/shortlists', { headers: { Authorization: `Bearer ${other}`, 'Content-Type': 'application/json', 'X-Forwarded-For': `192.0.2.${50 + i}` }, body: JSON.stringify({ name: `l${i}`, items: [] }) });
    assert.deepEqual(await statuses(3, write), [201, 201, 429]);
    const wrong = (i) => from('192.0.2.60', { Authorization: `Bearer qiao_00000000_${String(i).padStart(64, '0')}` });
    assert.deepEqual(await statuses(4, wrong), [401, 401, 401, 429]);
    assert.deepEqual(await statuses(8, () => server.get('/livez', { 'X-Forwarded-For': '198.51.100.1' })), Array(8).fill(200), 'probes are never limited');
    assert.deepEqual(await statuses(20, () => server.get('/v1/search?q=x')), Array(20).fill(200), 'who calls from this machine is not limited so');
    await server.stop();
    const direct = await Server.start('qiao-api-fake', folder, ['--address-burst', '2', '--public', '--loopback-rate', '1', '--loopback-burst', '3']);
    const lied = [];
    for (let i = 0; i < 4; i++) lied.push((await direct.get('/v1/search?q=x', { 'X-Forwarded-For': `198.51.100.${i}` })).status);
    assert.deepEqual(lied, [200, 200, 200, 429], 'without a trusted proxy the header is nothing');
    await direct.stop();
    const forwarded = await Server.start('qiao-api-fake', folder, ['--trusted-proxies', '127.0.0.1', '--proxy-header', 'forwarded', '--address-rate', '1', '--address-burst', '1', '--public']);
    const by = async (text) => (await forwarded.get('/v1/search?q=x', { Forwarded: text })).status;
    assert.equal(await by('for=203.0.113.1;proto=https, for="[2001:db8:7::1]:4711";by=x'), 200);
    assert.equal(await by('for="[2001:db8:7::2]"'), 429);
    assert.equal(await by('proto=http;for=203.0.113.1'), 200);
    assert.equal(await by('for=203.0.113.1:80'), 429);
    await forwarded.stop();
    fs.rmSync(folder, { recursive: true });
  });

  test('metrics: a parser reads them, they count what happened, and name nobody', async () => {
    const folder = temporary('metrics');
    publish(folder, 12);
    fs.mkdirSync(path.join(folder, 'reports'));
    const night = (at, code) => fs.writeFileSync(path.join(folder, `reports/nightly-${at.replace(/[-:]/g, '')}-1.json`), JSON.stringify({ started: at, exit_code: code, generation_before: 1, generation: 2 }, null, '\t'));
    night('2026-11-20T18:30:00Z', 0);
    night('2026-11-21T18:30:00Z', 3);
    night('2026-11-22T18:30:00Z', 1);
    const key = makeKey(folder, '--role', 'enterprise', '--org', 'NEEDLE-ORG', '--label', 'NEEDLE-LABEL');
    const server = await Server.start('qiao-api-fake', folder, ['--admin-listen', '127.0.0.1:0', '--public', '--threads', '3']);
    for (let i = 0; i < 5; i++) await server.get('/v1/search?q=NEEDLE-QUERY');
    await server.get('/v1/projects/NEEDLE:1', { Authorization: `Bearer ${key}` });
    await server.get('/v1/projects/none:1');
    await server.get('/NEEDLE-PATH');
    await server.get('/v1/search?q=fail:corrupt');
    const slow = server.request('GET', '/v1/projects/slow:800');
    await until(async () => value((await metricsOf(server)).families, 'qiao_pool_busy') === 1, 'a thread at work');
    const during = (await metricsOf(server)).families;
    assert.ok(value(during, 'qiao_http_in_flight') >= 1);
    await slow;
    const { text, families } = await metricsOf(server);
    assert.ok(!text.includes('NEEDLE') && !text.includes(key.slice(5, 13)), 'nobody is named');
    assert.equal(value(families, 'qiao_http_requests_total', { route: '/v1/search', status: '2xx' }), 5);
    assert.equal(value(families, 'qiao_http_requests_total', { route: '/v1/search', status: '5xx' }), 1);
    assert.equal(value(families, 'qiao_http_requests_total', { route: '/v1/projects/{id}', method: 'GET', status: '4xx' }), 1);
    assert.equal(value(families, 'qiao_http_requests_total', { route: '', status: '4xx' }), 1);
    assert.equal(value(families, 'qiao_http_request_duration_seconds_count', { route: '/v1/search' }), 6);
    const took = value(families, 'qiao_http_request_duration_seconds_bucket', { route: '/v1/projects/{id}', method: 'GET', le: '0.5' });
    assert.equal(took, value(families, 'qiao_http_request_duration_seconds_count', { route: '/v1/projects/{id}', method: 'GET' }) - 1, 'one took longer than half a second');
    assert.equal(value(families, 'qiao_http_problems_total', { code: 'damaged' }), 1);
    assert.equal(value(families, 'qiao_http_problems_total', { code: 'no_route' }), 1);
    assert.equal(value(families, 'qiao_generation'), 12);
    assert.equal(value(families, 'qiao_ready'), 1);
    assert.ok(value(families, 'qiao_generation_age_seconds') < 600);
    assert.ok(value(families, 'qiao_desk_bytes') > 0);
    assert.equal(value(families, 'qiao_desk_rows', { table: 'key' }), 1);
    assert.equal(value(families, 'qiao_nightly_last_success_timestamp_seconds'), Date.parse('2026-11-21T18:30:00Z') / 1000);
    assert.equal(value(families, 'qiao_nightly_last_exit_code'), 1);
    assert.equal(value(families, 'qiao_pool_threads'), 3);
    assert.ok(value(families, 'qiao_process_own_memory_bytes') > 100000 && value(families, 'process_resident_memory_bytes') > 1000000);
    assert.ok(value(families, 'process_open_fds') > 3);
    const port = Number(/^metrics: 127\.0\.0\.1:(\d+)$/m.exec(server.stdout)[1]);
    assert.equal((await fetchFrom({ host: '127.0.0.1', port }, '/v1/search')).status, 404, 'nothing else is served there');
    assert.equal((await server.get('/metrics')).status, 404, 'and the metrics nowhere else');
    assert.equal(await server.stop(), 0);
    fs.rmSync(folder, { recursive: true });
  });

  test('answers are compressed where they are long and the client takes gzip; each form has its own ETag', async () => {
    const server = await Server.start('qiao-api-fake', data, ['--compress-min', '800', '--admin-listen', '127.0.0.1:0']);
    const long = `/v1/search?q=${'battery%20'.repeat(120)}`;
    const plain = await server.get(long);
    assert.equal(plain.headers['content-encoding'], undefined);
    assert.equal(plain.headers.vary, 'Accept-Encoding');
    const raw = (target, headers) => new Promise((done, fail) => http.get({ host: '127.0.0.1', port: server.port, path: target, headers, agent: server.agent }, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece)).on('end', () => done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }));
    }).on('error', fail));
    for (const [accept, gzip] of [
      ['gzip', true], ['gzip, deflate, br', true], ['br;q=1.0, gzip;q=0.1', true], ['*', true], ['GZIP;q=0.5', true], ['identity;q=0.5, gzip;q=0.5', true],
      ['', false], ['br', false], ['gzip;q=0', false], ['identity;q=1, gzip;q=0.5', false], ['*;q=0', false], ['gzip;q=0, *', false], ['gzipped', false],
    ]) {
      const reply = await raw(long, { 'Accept-Encoding': accept });
      assert.equal(reply.headers['content-encoding'], gzip ? 'gzip' : undefined, accept);
      assert.deepEqual(gzip ? zlib.gunzipSync(reply.body) : reply.body, plain.body, accept);
      assert.equal(reply.headers.etag, gzip ? plain.headers.etag.replace(/"$/, '-gzip"') : plain.headers.etag);
      assert.equal(reply.headers.vary, 'Accept-Encoding');
      assert.equal(Number(reply.headers['content-length']), reply.body.length);
      for (const tag of [reply.headers.etag, `W/${reply.headers.etag}`, `"other", ${reply.headers.etag}`]) {
        const again = await raw(long, { 'Accept-Encoding': accept, 'If-None-Match': tag });
        assert.deepEqual([again.status, again.body.length, again.headers.etag, again.headers.vary], [304, 0, reply.headers.etag, 'Accept-Encoding'], `${accept} ${tag}`);
      }
    }
    assert.equal((await raw(long, { 'Accept-Encoding': 'gzip', 'If-None-Match': plain.headers.etag.replace(/"$/, '-br"') })).status, 200);
    const short = await raw('/v1/search?q=x', { 'Accept-Encoding': 'gzip' });
    assert.deepEqual([short.headers['content-encoding'], short.headers.vary], [undefined, 'Accept-Encoding']);
    const contract = await server.get('/v1/openapi.json');
    for (let i = 0; i < 2; i++) assert.deepEqual(zlib.gunzipSync((await raw('/v1/openapi.json', { 'Accept-Encoding': 'gzip' })).body), contract.body);
    const { families } = await metricsOf(server);
    assert.equal(value(families, 'qiao_compressed_answers_total'), 6 + 1 + 2);
    assert.ok(value(families, 'qiao_compressed_bytes_out_total') * 2 < value(families, 'qiao_compressed_bytes_in_total'));
    await server.stop();
    const revision = await Server.start('qiao-api-fake', data, ['--compress-min', '1']);
    const made = await revision.post('/v1/shortlists', { name: 'x', items: [] });
    const at = made.headers.location;
    const packed = await new Promise((done) => http.get({ host: '127.0.0.1', port: revision.port, path: at, headers: { 'Accept-Encoding': 'gzip' } }, (response) => response.resume().on('end', () => done(response.headers))));
    assert.equal(packed.etag, '"1-gzip"');
    const changed = await revision.request('PUT', at, { headers: { 'Content-Type': 'application/json', 'If-Match': packed.etag }, body: JSON.stringify({ name: 'y', items: [] }) });
    assert.equal(changed.status, 200, 'the tag of a compressed answer names the same revision');
    await revision.stop();
  });

  test('SIGHUP reads again what can change, keeps the old where it cannot be read, and says what waits', async () => {
    const file = path.join(data, 'reload.conf');
    fs.writeFileSync(file, 'loopback-rate = 60\nloopback-burst = 3\n');
    const server = await Server.start('qiao-api-fake', data, ['--config', file]);
    const asked = async () => (await server.get('/v1/search?q=x')).status;
    for (let i = 0; i < 3; i++) assert.equal(await asked(), 200);
    assert.equal(await asked(), 429);
    fs.writeFileSync(file, 'loopback-rate = wrong\n');
    server.child.kill('SIGHUP');
    await until(() => server.stderr.includes('reload_failed'), 'the complaint');
    assert.match(server.log().find((line) => line.event === 'reload_failed').message, /reload\.conf:1: --loopback-rate/);
    fs.writeFileSync(file, 'loopback-rate = 0\nthreads = 7\n');
    server.child.kill('SIGHUP');
    await until(() => server.stderr.includes('"reloaded"'), 'the reload');
    assert.match(server.log().find((line) => line.event === 'reloaded').message, /wait for a restart/);
    for (let i = 0; i < 10; i++) assert.equal(await asked(), 200, 'no limit any more');
    await server.stop();
  });

  test('the end: readyz says so first, answers go on, then the connection closes', async () => {
    const server = await Server.start('qiao-api-fake', data, ['--drain-delay', '30']);
    await server.get('/livez');
    server.child.kill('SIGTERM');
    await until(() => server.stderr.includes('"draining"'), 'the drain');
    const ready = await server.request('GET', '/readyz', { agent: false });
    assert.deepEqual([ready.status, ready.json.code, ready.headers.connection], [503, 'busy', 'close']);
    const other = await server.request('GET', '/v1/projects/x:1', { agent: false });
    assert.deepEqual([other.status, other.headers.connection], [200, 'close']);
    server.agent.destroy();
    server.child.kill('SIGTERM');
    assert.equal(await server.ended, 0, 'a second signal ends the wait');
  });

  test('the service manager is told: ready, alive, reloading, stopping; and its sockets are taken', async () => {
    const where = path.join(data, 'notify.sock'), folder = temporary('manager');
    publish(folder);
    const script = `
import os, socket, subprocess, sys, time
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); notify.bind(sys.argv[1]); notify.settimeout(20)
web = socket.create_server(('127.0.0.1', 0)); admin = socket.create_server(('127.0.0.1', 0))
print(web.getsockname()[1], admin.getsockname()[1], flush=True)
def handed():
    os.dup2(web.fileno(), 20); os.dup2(admin.fileno(), 21); os.dup2(20, 3); os.dup2(21, 4)
    os.set_inheritable(3, True); os.set_inheritable(4, True)
    os.environ['LISTEN_PID'] = str(os.getpid())
pid = os.fork()
if pid == 0:
    handed()
    os.environ.update({'NOTIFY_SOCKET': sys.argv[1], 'WATCHDOG_USEC': '2000000', 'LISTEN_FDS': '2', 'LISTEN_FDNAMES': 'http:admin'})
    os.dup2(os.open('/dev/null', os.O_WRONLY), 1)
    os.execv(sys.argv[2], sys.argv[2:])
def expect(word):
    while True:
        text = notify.recv(500).decode()
        print(text.replace('\\n', ' '), flush=True)
        if word in text: return
expect('READY=1'); expect('WATCHDOG=1')
sys.stdin.readline(); os.kill(pid, 1); expect('RELOADING=1'); expect('READY=1')
sys.stdin.readline(); os.kill(pid, 15); expect('STOPPING=1')
print('exit', os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
`;
    const manager = spawn('python3', ['-c', script, where, program, 'serve', '--data', folder], { stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '', errors = '';
    manager.stdout.on('data', (piece) => (out += piece));
    manager.stderr.on('data', (piece) => (errors += piece));
    const ended = new Promise((done) => manager.on('close', done));
    await until(() => out.includes('WATCHDOG=1'), `ready and alive; ${errors}`);
    const [web, admin] = out.split('\n')[0].split(' ').map(Number);
    assert.equal((await fetchFrom({ host: '127.0.0.1', port: web }, '/readyz')).status, 200);
    parseExposition((await fetchFrom({ host: '127.0.0.1', port: admin }, '/metrics')).body);
    manager.stdin.write('\n');
    await until(() => /RELOADING=1 MONOTONIC_USEC=\d+[^]*READY=1/.test(out), 'the reload');
    manager.stdin.write('\n');
    assert.equal(await ended, 0, errors);
    assert.match(out, /STOPPING=1[^]*exit 0\n$/);
    fs.rmSync(folder, { recursive: true });
  });

  test('keys: last use is known to the minute, expiry is exact, a key that was revoked is refused at once', async () => {
    const folder = temporary('keys');
    publish(folder);
    const used = makeKey(folder, '--role', 'staff', '--label', 'used'), idle = makeKey(folder, '--role', 'staff', '--label', 'idle');
    const day = (offset) => new Date(Date.now() + offset * 86400000).toISOString().slice(0, 10);
    const past = makeKey(folder, '--role', 'staff', '--expires', day(0)), future = makeKey(folder, '--role', 'staff', '--expires', day(2));
    const server = await Server.start('qiao-api-fake', folder);
    const as = (key) => server.get('/v1/cases', { Authorization: `Bearer ${key}` });
    assert.equal((await as(used)).status, 200);
    assert.equal((await as(future)).status, 200);
    const expired = await as(past);
    assert.deepEqual([expired.status, expired.json.detail], [401, 'the key has expired'], 'from the first second of the day named, UTC');
    const revoked = future.slice(5, 13);
    run('qiao-api-fake', 'key', 'revoke', revoked, '--data', folder);
    const refused = await as(future);
    assert.deepEqual([refused.status, refused.json.detail], [401, 'the key was revoked'], 'the very next request');
    assert.equal(await server.stop(), 0);
    const listed = run('qiao-api-fake', 'key', 'list', '--data', folder).trim().split('\n');
    const line = (key) => listed.find((text) => text.startsWith(key.slice(5, 13)));
    assert.match(line(used), /\t\d{4}-\d\d-\d\dT\d\d:\d\dZ$/);
    assert.match(line(idle), /\t-$/);
    assert.match(line(past), /\t-$/, 'a refused key was not used');
    const again = await Server.start('qiao-api-fake', folder);
    assert.equal(await again.stop(), 0);
    assert.match(run('qiao-api-fake', 'key', 'list', '--data', folder), new RegExp(`${used.slice(5, 13)}.*T\\d\\d:\\d\\dZ`), 'kept over a restart');
    fs.rmSync(folder, { recursive: true });
  });

  test('the log is JSON lines without what was asked, who somebody is, or what opens a door', async () => {
    const folder = temporary('log');
    publish(folder);
    const key = makeKey(folder, '--role', 'enterprise', '--org', '针甲公司', '--label', 'NEEDLE-label'), secret = key.split('_')[2];
    const server = await Server.start('qiao-api-fake', folder, ['--trusted-proxies', '127.0.0.1', '--failed-burst', '1', '--address-burst', '20']);
    const headers = { Authorization: `Bearer ${key}`, 'X-Forwarded-For': '203.0.113.77', 'User-Agent': 'NEEDLE-agent', Cookie: 'NEEDLE-cookie', Referer: 'http://NEEDLE.example/' };
    await server.get('/v1/search?q=NEEDLE-query', headers);
    await server.get('/v1/projects/NEEDLE:id', headers);
    await server.get('/v1/search?NEEDLE-parameter=1', headers);
    await server.post('/v1/match', { text: 'NEEDLE-text' }, headers);
    await server.post('/v1/match', '{"text": NEEDLE-broken', headers);
    const posted = JSON.stringify({ title: 'NEEDLE-title', problem: 'NEEDLE-problem', contact_person: 'NEEDLE-person', contact_phone: '13800000000' });
    await server.raw(`POST /v1/needs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: ${posted.length}\r\n\r\n${posted}`, 500);
    for (let i = 0; i < 3; i++) await server.get('/v1/cases', { ...headers, Authorization: `Bearer ${key.slice(0, -4)}0000` });
    await server.get('/v1/cases', { ...headers, Authorization: 'Basic NEEDLE-basic' });
    await server.get('/v1/search?q=fail:io_error', headers);
    await server.raw('GET /NEEDLE HTTP/1.1\r\nHost: NEEDLE\r\nHost: NEEDLE\r\n\r\n', 500);
    await server.raw('NEEDLE\r\n\r\n', 500);
    assert.equal(await server.stop(), 0);
    const lines = server.stderr.trim().split('\n').map((text) => JSON.parse(text));
    assert.ok(lines.length > 12 && lines.every((line) => line.ts && line.level && line.event));
    for (const needle of ['NEEDLE', '针甲', secret, secret.slice(0, 16), '203.0.113.77', '13800000000', 'Bearer']) assert.ok(!server.stderr.includes(needle), `the log holds ${needle}`);
    assert.ok(lines.some((line) => line.problem === 'too_many_requests'));
    fs.rmSync(folder, { recursive: true });
  });
});
