// The staff page as qiao-api serves it: addresses, caching, packing, headers; and the names of codes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { after, before, describe, test } from 'node:test';
import zlib from 'node:zlib';
import { excuse, killLeftOvers, Server, temporary } from './harness.mjs';

let data, server, built;

describe('the staff page, as served', () => {
  before(async () => {
    data = temporary('page');
    server = await Server.start('qiao-api', data);
    built = (await server.get('/web/')).status === 200;
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('a program without the page says how to build one', async (t) => {
    if (built) return t.skip('this program has the page');
    const reply = await server.get('/web/', { 'Accept-Language': 'en' });
    assert.deepEqual([reply.status, reply.json.code], [404, 'no_route']);
    assert.match(reply.json.hint, /dependencies\.sh/);
    assert.equal((await server.get('/', { Accept: 'text/html' })).status, 200);
    for (const hit of ['GET / 302', 'GET /web 302', 'GET /web/ 200', 'GET /web/ 304', 'GET /web/{id} 200', 'GET /web/{id} 304', 'GET /web/{id} 404']) excuse(hit);
  });

  const page = (name, check) => test(name, async (t) => (built ? check() : t.skip('this program was built without the page: sh scripts/dependencies.sh, and build again')));
  const addresses = async () => [...(await server.get('/web/')).body.toString().matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]);

  page('a browser that asks for / is led to the page; other clients get links', async () => {
    const browser = await server.get('/', { Accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' });
    assert.deepEqual([browser.status, browser.headers.location, browser.headers.vary], [302, 'web/', 'Accept']);
    for (const headers of [{}, { Accept: '*/*' }, { Accept: 'application/json' }]) assert.equal((await server.get('/', headers)).status, 200);
    const folder = await server.get('/web');
    assert.deepEqual([folder.status, folder.headers.location], [302, 'web/']);
  });

  page('the page asks again each time, what it loads is kept for good', async () => {
    const first = await server.get('/web/');
    assert.equal(first.headers['cache-control'], 'no-cache');
    assert.equal((await server.get('/web/', { 'If-None-Match': first.headers.etag })).status, 304);
    const files = await addresses();
    assert.ok(files.length >= 4);
    for (const file of files) {
      assert.match(file, /^[0-9a-f]{16}\//);
      const reply = await server.get(`/web/${file}`);
      assert.deepEqual([reply.status, reply.headers['cache-control']], [200, 'public, max-age=31536000, immutable'], file);
      assert.equal((await server.get(`/web/${file}`, { 'If-None-Match': reply.headers.etag })).status, 304);
      const other = await server.get(`/web/0123456789abcdef/${file.split('/').slice(1).join('/')}`);
      assert.deepEqual([other.status, other.headers['cache-control']], [200, 'no-cache'], 'the file of another version is not kept');
    }
  });

  page('packed and plain are the same bytes', async () => {
    for (const file of ['', ...(await addresses())]) {
      const plain = await server.get(`/web/${file}`);
      const packed = await server.get(`/web/${file}`, { 'Accept-Encoding': 'br, gzip' });
      assert.equal(packed.headers['content-encoding'], 'gzip');
      assert.equal(plain.headers['content-encoding'], undefined);
      assert.deepEqual(zlib.gunzipSync(packed.body), plain.body);
      assert.notEqual(packed.headers.etag, plain.headers.etag);
      assert.equal(plain.headers.vary, 'Accept-Encoding');
    }
    assert.equal((await server.get('/web/', { 'Accept-Encoding': 'gzip;q=0' })).headers['content-encoding'], undefined);
  });

  page('every answer forbids what the page does not need', async () => {
    for (const file of ['', ...(await addresses())]) {
      const { headers } = await server.get(`/web/${file}`);
      const policy = headers['content-security-policy'];
      for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"]) assert.ok(policy.includes(rule), `${file} ${rule}`);
      assert.doesNotMatch(policy, /unsafe|https?:/);
      assert.deepEqual([headers['x-content-type-options'], headers['referrer-policy']], ['nosniff', 'no-referrer']);
    }
    const html = (await server.get('/web/')).body.toString();
    assert.doesNotMatch(html, /<style|style=|<script>|\son\w+=|https?:/);
  });

  page('there is no way out of the folder of the page', async () => {
    for (const name of ['nothing.js', '../main.c', '%2e%2e/main.c', 'index.html/', '/', '/etc/passwd'])
      assert.deepEqual([(await server.get(`/web/0123456789abcdef/${name}`)).status], [404], name);
    assert.equal((await server.get('/web/main.js')).status, 404);
  });

  test('names of codes, in both languages', async () => {
    const { json, headers } = await server.get('/v1/vocabulary');
    assert.deepEqual(json.country.find((code) => code.code === 'DE'), { code: 'DE', zh: '德国', en: 'Germany' });
    for (const [list, codes] of Object.entries(json)) if (list !== 'version') assert.ok(codes.length > 0, list);
    assert.equal((await server.get('/v1/vocabulary', { 'If-None-Match': headers.etag })).status, 304);
    assert.equal((await server.get('/v1/vocabulary?a=1')).status, 400);
  });
});
