// What comes over the wire from those who mean no good, or cannot do better: bytes at the edge of the grammar, senders and readers that take for ever, floods.
// Each gets a clear answer or is let go, the memory stays within a bound that is stated here, and the service goes on for others.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server, build, killLeftOvers, sleep, temporary, until } from './harness.mjs';

const MIB = 1048576;
let data, server;

// Memory of the process beyond mapped files, in MiB.
function own(child) {
  return Number(/^RssAnon:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024;
}

function connect(port = server.port) {
  return new Promise((done, fail) => {
    const socket = net.connect(port, '127.0.0.1', () => done(socket));
    socket.received = '';
    socket.ended = new Promise((end) => socket.on('close', end));
    socket.on('data', (piece) => (socket.received += piece.toString('latin1')));
    socket.on('error', fail);
  });
}

// Waits no longer than that, and leaves no clock running that the process would wait for at its end.
async function within(ms, what) {
  let clock;
  await Promise.race([what, new Promise((done) => (clock = setTimeout(done, ms)))]);
  clearTimeout(clock);
}

async function others() {
  assert.equal((await server.request('GET', '/v1/search?q=x', { agent: false })).status, 200, 'the service goes on for others');
}

describe('the wire', () => {
  before(async () => {
    data = temporary('wire');
    fs.mkdirSync(path.join(data, 'catalog'), { recursive: true });
    fs.writeFileSync(path.join(data, 'catalog/CURRENT'), 'gen-0000000001\n');
    server = await Server.start('qiao-api-fake', data, ['--threads', '2', '--timeout', '2', '--request-time', '3', '--connections', '12000', '--max-json-depth', '10', '--max-header-count', '20', '--max-target', '1000', '--max-headers', '4000']);
  });
  after(async () => {
    assert.equal(await server.stop(), 0, server.stderr.slice(-500));
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('requests that two servers could read differently get 400, and nothing behind them is read', async () => {
    const hidden = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n';
    const head = 'POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
    for (const [name, bytes] of Object.entries({
      'a lone LF ends a header': `GET / HTTP/1.1\r\nHost: x\nX-A: b\r\n\r\n${hidden}`,
      'a lone LF hides a length': `${head}X-A: b\nContent-Length: 34\r\n\r\n${hidden}`,
      'a lone CR hides a length': `${head}X-A: b\rContent-Length: 34\r\n\r\n${hidden}`,
      'a lone CR in a value': `GET / HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n${hidden}`,
      'a NUL in a value': `GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n${hidden}`,
      'a header that goes on in the next line': `${head}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${hidden}`,
      'a value that goes on in the next line': `GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n\tContent-Length: 5\r\n\r\n${hidden}`,
      'a length in hexadecimal': `${head}Content-Length: 0x10\r\n\r\n${hidden}`,
      'a negative length': `${head}Content-Length: -1\r\n\r\n${hidden}`,
      'a length past all numbers': `${head}Content-Length: 99999999999999999999999\r\n\r\n${hidden}`,
      'two lengths': `${head}Content-Length: 0\r\nContent-Length: 34\r\n\r\n${hidden}`,
      'length and encoding': `${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      'an encoding in disguise': `${head}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n${hidden}`,
      'an encoding twice over': `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
      'an encoding for HTTP/1.0': `POST /v1/match HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
      'two hosts': `GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n${hidden}`,
      'another host in the target': `GET http://other.example/livez HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`,
      'a user in the target': `GET http://x@other.example/livez HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`,
      'another scheme in the target': `GET ftp://x/livez HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`,
      'a target without a slash': `GET livez HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`,
      'an authority for a target': `CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`,
      'a fragment in the target': `GET /livez#x HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`,
      'a tab in the target': `GET /live\tz HTTP/1.1\r\nHost: x\r\n\r\n${hidden}`,
      'a version that is none': `GET /livez HTTP/1.9\r\nHost: x\r\n\r\n${hidden}`,
      'HTTP/2 without asking': `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${hidden}`,
    })) {
      const answer = await server.raw(bytes, 1500);
      assert.match(answer, /^HTTP\/1\.[01] (400|413|405|505) /, `${name}: ${JSON.stringify(answer.slice(0, 120))}`);
      assert.ok(!answer.includes('alive'), `${name}: the bytes behind it were read as another request`);
    }
    assert.match(await server.raw('GET http://X:80/livez HTTP/1.1\r\nHost: x:80\r\n\r\n', 500), /^HTTP\/1\.1 200 /, 'a whole address of this very host is one');
    await others();
  });

  test('too much of anything is refused by its name', async () => {
    const ask = async (bytes) => {
      const answer = await server.raw(bytes, 3000);
      return [Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), /"code":"(\w+)"/.exec(answer)?.[1], /"detail":"([^"]*)"/.exec(answer)?.[1]];
    };
    assert.deepEqual(await ask(`GET /${'a'.repeat(1001)} HTTP/1.1\r\nHost: x\r\n\r\n`), [414, 'target_too_long', 'path and query have more than 1000 bytes; a long text goes into the body of POST /v1/match']);
    assert.deepEqual(await ask(`GET /livez HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(20)}\r\n`), [431, 'headers_too_large', 'there are more than 20 headers']);
    assert.deepEqual(await ask(`GET /livez HTTP/1.1\r\nHost: x\r\nA: ${'b'.repeat(4000)}\r\n\r\n`), [431, 'headers_too_large', 'the headers have more than 4000 bytes']);
    const post = (body) => `POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`;
    assert.deepEqual(await ask(post(`{"text":"x","a":${'['.repeat(10)}${']'.repeat(10)}}`)), [400, 'bad_body', 'the body is nested deeper than 10 levels']);
    assert.deepEqual(await ask(post('['.repeat(200000))), [400, 'bad_body', 'the body is nested deeper than 10 levels']);
    assert.deepEqual((await ask(Buffer.from(post('{"text":"\xff\xfe"}'), 'latin1'))).slice(0, 2), [400, 'bad_body']);
    assert.deepEqual((await ask(Buffer.from(post('{"text":"\xed\xa0\x80"}'), 'latin1'))).slice(0, 2), [400, 'bad_body'], 'a surrogate is no character');
    assert.deepEqual((await ask(Buffer.from('GET /v1/projects/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n', 'latin1'))).slice(0, 2), [400, 'bad_request']);
    await others();
  });

  test('a flood of headers and a body of 50 MB take no memory to speak of', async () => {
    const before = own(server.child);
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, own(server.child))), 20).unref();
    const flood = await server.raw([`GET / HTTP/1.1\r\nHost: x\r\n`, ...Array(200).fill('X-Flood: yes\r\n'.repeat(1000))], 3000);
    assert.match(flood, /^(HTTP\/1\.1 431 |$)/); // the answer is lost where the peer still sends when the connection is reset
    const socket = await connect();
    socket.on('error', () => {});
    socket.write('POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n');
    const piece = Buffer.from(`${MIB.toString(16)}\r\n${'a'.repeat(MIB)}\r\n`);
    for (let i = 0; i < 50 && !socket.destroyed; i++) if (!socket.write(piece)) await Promise.race([new Promise((done) => socket.once('drain', done)), socket.ended]);
    await within(60000, socket.ended);
    assert.ok(socket.destroyed, 'let go before it had sent all');
    const told = await server.raw('POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 52428800\r\n\r\n', 60000);
    assert.match(told, /^HTTP\/1\.1 413 [^]*"code":"body_too_large"/, 'told at once where the length is known');
    clearInterval(watch);
    assert.ok(most - before < 8, `${(most - before).toFixed(1)} MiB more`);
    await others();
  });

  test('slow headers, a slow body and a slow reader are let go, however busy they look', async () => {
    const drip = async (socket, text) => {
      socket.on('error', () => {});
      for (let i = 0; !socket.destroyed && !socket.readableEnded; i++) {
        socket.write(text[i % text.length]);
        await Promise.race([sleep(400), socket.ended]);
      }
    };
    const headers = await connect(), body = await connect(), reader = await connect();
    headers.write('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    body.write('POST /v1/match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n');
    reader.on('error', () => {});
    reader.write(Array(400).fill('GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n').join(''));
    reader.pause();
    const reading = (async () => {
      while (!reader.destroyed) {
        reader.read(100);
        await Promise.race([sleep(300), reader.ended]);
      }
    })();
    await within(60000, Promise.all([drip(headers, 'a'), drip(body, ' ')]));
    assert.match(headers.received, /^HTTP\/1\.1 408 /, 'slow headers');
    assert.match(body.received, /^HTTP\/1\.1 408 /, 'slow body');
    await until(async () => (reader.resume(), reader.destroyed), 'the slow reader');
    await reading;
    assert.ok(reader.received.split('HTTP/1.1 200').length - 1 < 400, 'it did not get all it asked for');
    await others();
  });

  test('connections of one address have a limit of their own', async () => {
    const limited = await Server.start('qiao-api-fake', data, ['--connections-per-address', '3', '--admin-listen', '127.0.0.1:0']);
    const held = await Promise.all([1, 2, 3].map(() => connect(limited.port)));
    for (const socket of held) socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => held.every((socket) => socket.received.includes('alive')), 'three answers');
    const fourth = await connect(limited.port);
    fourth.on('error', () => {});
    fourth.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await fourth.ended;
    assert.equal(fourth.received, '');
    held[0].destroy();
    await until(async () => {
      const next = await connect(limited.port);
      next.on('error', () => {});
      next.write('GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      await next.ended;
      return next.received.includes('alive');
    }, 'a place that became free');
    held.forEach((socket) => socket.destroy());
    await limited.stop();
  });

  test('10,000 silent connections take bounded memory, and are let go', async (t) => {
    // sanitizers keep what was freed, and shadow it
    const sanitized = /^QIAO_SANITIZE:\w+=\w/m.test(fs.readFileSync(path.join(build, 'CMakeCache.txt'), 'utf8'));
    const COUNT = 10000, PER_CONNECTION_KIB = sanitized ? 32 : 16;
    const limits = [process.pid, server.child.pid].map((pid) => Number(/Max open files\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/limits`, 'utf8'))[1]));
    if (Math.min(...limits) < COUNT + 500) {
      t.skip(`only ${Math.min(...limits)} open files are allowed`);
      return;
    }
    const patient = await Server.start('qiao-api-fake', data, ['--timeout', '8', '--connections', String(COUNT + 100), '--threads', '2']);
    await patient.get('/v1/search?q=x');
    const before = own(patient.child), sockets = [];
    for (let i = 0; i < COUNT; i += 500) sockets.push(...(await Promise.all(Array.from({ length: 500 }, () => connect(patient.port)))));
    sockets.forEach((socket) => {
      socket.on('error', () => {});
      socket.write('GET /v1/search?q=a HTTP/1.1\r\nHost: x\r\nX-A:'); // and never more
    });
    await sleep(1500);
    const began = Date.now();
    assert.equal((await patient.request('GET', '/v1/search?q=x', { agent: false })).status, 200, 'another is answered meanwhile');
    const grown = own(patient.child) - before;
    console.log(`# ${COUNT} silent connections: ${grown.toFixed(1)} MiB of memory, ${((grown * 1024) / COUNT).toFixed(1)} KiB each; answered in ${Date.now() - began} ms`);
    assert.ok(grown < (COUNT * PER_CONNECTION_KIB) / 1024, `${grown.toFixed(1)} MiB`);
    await until(() => sockets.every((socket) => socket.destroyed || (socket.resume(), socket.readableEnded)), 'all of them let go');
    sockets.forEach((socket) => socket.destroy());
    assert.equal((await patient.get('/v1/search?q=x')).status, 200);
    assert.equal(await patient.stop(), 0);
  });
});
