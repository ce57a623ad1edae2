// How qiao-indexer harvest speaks to a source: TLS with certificates made here, HTTP/2 and 1.1, every packing that it asks for, the end of its time.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import zlib from 'node:zlib';

const program = path.join(process.env.QIAO_TEST_BUILD, 'bin', 'qiao-indexer');
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'transport-'));
const servers = [];
test.after(() => {
  for (const server of servers) { server.close(); server.closeAllConnections?.(); }
  fs.rmSync(work, { recursive: true, force: true });
});

const PAGES = 4, SIZE = 5;
const page = (n) => JSON.stringify(Array.from({ length: n < PAGES ? SIZE : 2 }, (_, i) => ({ id: `${n}-${i}`, title: `Membrane no. ${n}-${i}, ${'thin and even, '.repeat(40)}` })));
const ALL = (PAGES - 1) * SIZE + 2;
const pageOf = (url) => Number(new URL(url, 'http://host').searchParams.get('page'));

let count = 0;
const folder = () => path.join(work, `data-${count++}`);
function feed(url) {
  const file = path.join(work, `feed-${count++}.json`);
  fs.writeFileSync(file, JSON.stringify({ format: 'json', constants: { kind: 'project' }, fields: { id: 'id', 'title.en': 'title' },
    harvest: { url, paging: { kind: 'page', parameter: 'page', first: 1, size_parameter: 'rows', size: SIZE }, interval_ms: 0 } }));
  return file;
}
function harvest(url, ...args) {
  const child = spawn(program, ['--lang', 'en', 'harvest', '--data', folder(), '--feed', feed(url), '--allow-private', '--json', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, no_proxy: '127.0.0.1,localhost' } });
  let out = '', err = '';
  child.stdout.on('data', (text) => { out += text; });
  child.stderr.on('data', (text) => { err += text; });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, err, report: JSON.parse(out.trim().split('\n').at(-1)) })));
}
async function listen(server) {
  servers.push(server);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server.address().port;
}

// ---- certificates: an authority, one for this machine, one for another host, one that is over ----

const file = (name) => path.join(work, name);
const openssl = (...args) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'], cwd: work });
openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority', '-days', '3650');
function certificate(name, alternative, ...validity) {
  fs.writeFileSync(file(`${name}.ext`), `subjectAltName=${alternative}\n`);
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${name}.ext`, '-out', `${name}.pem`, ...validity);
  return { key: fs.readFileSync(file(`${name}.key`)), cert: fs.readFileSync(file(`${name}.pem`)) };
}
const own = certificate('own', 'IP:127.0.0.1,DNS:localhost', '-days', '3650');
const trusted = ['--ca-file', file('ca.pem')];

// What a server saw: one line for each request, how many connections there were.
function watched(server, secure) {
  const seen = { versions: [], connections: 0 };
  server.on(secure ? 'secureConnection' : 'connection', () => { seen.connections++; });
  server.on('request', (request, response) => {
    seen.versions.push(request.httpVersion);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(page(pageOf(request.url)));
  });
  return seen;
}

test('a source that offers HTTP/2 over TLS is asked over it, every page in one connection', async () => {
  const server = http2.createSecureServer({ ...own, allowHTTP1: true });
  const seen = watched(server, true), port = await listen(server);
  const { code, report, err } = await harvest(`https://127.0.0.1:${port}/`, ...trusted);
  assert.deepEqual([code, report.new, report.complete], [0, ALL, true], err);
  assert.deepEqual([seen.versions, seen.connections], [Array(PAGES).fill('2.0'), 1]);
});

test('a source that has no HTTP/2 is asked over HTTP/1.1 and TLS, every page in one connection', async () => {
  const server = https.createServer(own);
  const seen = watched(server, true), port = await listen(server);
  const { code, report, err } = await harvest(`https://localhost:${port}/`, ...trusted);
  assert.deepEqual([code, report.new, report.complete], [0, ALL, true], err);
  assert.deepEqual([seen.versions, seen.connections], [Array(PAGES).fill('1.1'), 1]);
});

test('a stream of HTTP/2 that is reset is asked for again', async () => {
  const server = http2.createSecureServer(own);
  const asked = [];
  server.on('stream', (stream, headers) => {
    const n = pageOf(headers[':path']);
    asked.push(n);
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    if (n === 2 && asked.filter((other) => other === 2).length === 1) {
      stream.write(page(n).slice(0, 100));
      stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
    } else {
      stream.end(page(n));
    }
  });
  const { code, report, err } = await harvest(`https://127.0.0.1:${await listen(server)}/`, ...trusted);
  assert.deepEqual([code, report.new, report.requests], [0, ALL, PAGES + 1], err);
  assert.deepEqual(asked, [1, 2, 2, 3, 4]);
});

async function refused(server, args, message) {
  let requests = 0;
  server.on('request', () => { requests++; });
  server.on('tlsClientError', () => {});
  const { code, report, err } = await harvest(`https://127.0.0.1:${await listen(server)}/`, ...args);
  assert.deepEqual([code, report.new, requests], [1, 0, 0], err);
  assert.match(err, message);
  return err;
}

test('a certificate that nobody trusts is refused before anything is sent, and the message names the host', async () => {
  const err = await refused(https.createServer(own), [], /GET https:\/\/127\.0\.0\.1:\d+\/: the certificate is not trusted/);
  assert.match(err, /--ca-file/, 'says what to do');
});

test('a certificate of another host is refused', () => refused(https.createServer(certificate('other', 'DNS:elsewhere.example')), trusted, /the certificate is not trusted/));

test('a certificate that is over is refused', () =>
  refused(https.createServer(certificate('over', 'IP:127.0.0.1', '-days', '-1')), trusted, /the certificate is not trusted/));

test('a file of certificates that cannot be read is named as the fault', async () => {
  const server = https.createServer(own);
  const { code, err } = await harvest(`https://127.0.0.1:${await listen(server)}/`, '--ca-file', file('absent.pem'));
  assert.equal(code, 2, err);
  assert.match(err, /the file of trusted certificates cannot be read/);
});

test('a source without TLS where TLS is asked for is a fault of the connection', async () => {
  const server = http.createServer((request, response) => response.end(page(1)));
  const { code, err } = await harvest(`https://127.0.0.1:${await listen(server)}/`, ...trusted);
  assert.equal(code, 1, err);
  assert.match(err, /no secure connection could be made/);
});

// ---- packings ----

// A frame of zstd whose one block is stored as it is (RFC 8878): magic, descriptor of a single segment with a size of four bytes, size, block header.
function zstdStored(text) {
  const body = Buffer.from(text), head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32LE(body.length, 5);
  head.writeUIntLE((body.length << 3) | 1, 9, 3);
  return Buffer.concat([head, body]);
}
// The same as one block that repeats a byte: count bytes out of fourteen or so.
function zstdRepeated(byte, count) {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]), blocks = [];
  head.writeUInt32LE(count, 5);
  for (let left = count; left > 0; left -= 1 << 17) {
    const size = Math.min(left, 1 << 17), block = Buffer.alloc(4);
    block.writeUIntLE((size << 3) | (1 << 1) | (left <= 1 << 17 ? 1 : 0), 0, 3);
    block[3] = byte;
    blocks.push(block);
  }
  return Buffer.concat([head, ...blocks]);
}
const packings = {
  gzip: [zlib.gzipSync, () => zlib.gzipSync(Buffer.alloc(64 << 20, 32))],
  deflate: [zlib.deflateSync, () => zlib.deflateSync(Buffer.alloc(64 << 20, 32))],
  br: [zlib.brotliCompressSync, () => zlib.brotliCompressSync(Buffer.alloc(64 << 20, 32), { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } })],
  zstd: [zstdStored, () => zstdRepeated(32, 64 << 20)],
};
for (const [name, [pack, bomb]] of Object.entries(packings)) {
  test(`a source may pack its answers with ${name}, in many pieces, and is told so`, async () => {
    const accepted = new Set();
    const server = http.createServer(async (request, response) => {
      for (const one of request.headers['accept-encoding'].split(/, */)) accepted.add(one);
      response.writeHead(200, { 'content-encoding': name });
      const bytes = pack(page(pageOf(request.url)));
      for (let at = 0; at < bytes.length; at += 700) response.write(bytes.subarray(at, at + 700));
      response.end();
    });
    const { code, report, err } = await harvest(`http://127.0.0.1:${await listen(server)}/`);
    assert.deepEqual([code, report.new], [0, ALL], err);
    assert.ok(accepted.has(name), [...accepted].join());
  });

  test(`what ${name} unpacks to more than is allowed is refused`, async () => {
    const bytes = bomb();
    assert.ok(bytes.length < 1 << 20, 'small enough as it is sent');
    const server = http.createServer((request, response) => { response.writeHead(200, { 'content-encoding': name }).end(bytes); });
    const { code, report, err } = await harvest(`http://127.0.0.1:${await listen(server)}/`, '--max-page', '1M');
    assert.deepEqual([code, report.pages], [1, 0], err);
    assert.match(err, /larger than allowed/);
  });

  test(`an answer that is not ${name} though it says so is a fault that names the source`, async () => {
    const server = http.createServer((request, response) => { response.writeHead(200, { 'content-encoding': name }).end('[{"id":1}] and no packing at all'); });
    const { code, report, err } = await harvest(`http://127.0.0.1:${await listen(server)}/`);
    assert.deepEqual([code, report.pages], [1, 0], err);
    assert.match(err, /GET http:\/\/127\.0\.0\.1:\d+\/: the answer cannot be unpacked/);
  });
}

// ---- time ----

test('behind --max-time no further page is asked for, and the next harvest goes on there', async () => {
  const asked = [];
  const server = http.createServer((request, response) => {
    const n = pageOf(request.url);
    asked.push(n);
    setTimeout(() => response.end(page(n)), n === 2 ? 1100 : 0); // the second page takes longer than the harvest has
  });
  const url = `http://127.0.0.1:${await listen(server)}/`, data = folder(), map = feed(url);
  const run = (...args) => new Promise((resolve) => {
    const child = spawn(program, ['--lang', 'en', 'harvest', '--data', data, '--feed', map, '--allow-private', '--json', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (text) => { out += text; });
    child.on('close', (code) => resolve({ code, report: JSON.parse(out.trim().split('\n').at(-1)) }));
  });
  const first = await run('--max-time', '1');
  const last = asked.at(-1); // the first, where this machine is slower than the source
  assert.deepEqual([first.code, first.report.complete, first.report.new], [0, false, last * SIZE]);
  assert.ok(last <= 2, `${asked}`);
  const second = await run();
  assert.deepEqual([second.code, second.report.complete, second.report.new], [0, true, ALL - last * SIZE]);
  assert.deepEqual(asked, [1, 2, 3, 4]);
});
