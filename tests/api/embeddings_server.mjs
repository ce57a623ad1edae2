// A small embedding service for tests: speaks /v1/embeddings with deterministic vectors from hashed character n-grams, and misbehaves on demand.
//
//   node embeddings_server.mjs [--dimension 64] [--key SECRET] [--tls CERT KEY] [--port 0]
//
// Prints {"port":N} on one line, then serves 127.0.0.1 until it is killed or its standard input ends.
//   POST /v1/embeddings      the service; needs "Authorization: Bearer SECRET" where --key is given
//   POST /control            {"mode":"...", "times":N, "match":"text", ...}: the next N requests (default: all) misbehave; with "match" only those with such a text
//   GET  /control            {"requests":N, "texts":N, "modes":{...}, "authorization":"..."}: what was seen since the last POST /control
//   GET  /hop/...            redirects and odd answers for the HTTP client, see below
//
// Modes: ok; hang (no answer); slow (answers after "delay" ms); status ("status", "retryAfter", "code"); dimension ("dimension"); half (the length is announced,
// half is sent, then the connection ends); halfjson (half of the JSON as a whole answer); html; nan (literal NaN); null; huge (1e999); zero; fewer; more; twice
// (an index twice); reset; empty; shuffle (other order, right index); noindex; garbage (bytes); large (more than any limit).
import http from 'node:http';
import https from 'node:https';
import fs from 'node:fs';

const args = process.argv.slice(2);
const option = (name, count = 1) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? undefined : count === 1 ? args[at + 1] : args.slice(at + 1, at + 1 + count);
};
const dimension = Number(option('dimension') ?? 64);
const key = option('key');
const tls = option('tls', 2);

// FNV-1a over UTF-16 code units
function hash(text) {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return h;
}

export function embed(text, size = dimension) {
  const vector = new Array(size).fill(0);
  const plain = text.toLowerCase();
  for (let n = 2; n <= 4; n++)
    for (let i = 0; i + n <= plain.length; i++) {
      const h = hash(plain.slice(i, i + n));
      vector[h % size] += h & 0x10000 ? 1 : -1;
    }
  const length = Math.hypot(...vector) || 1;
  return vector.map((x) => Math.round((x / length) * 1e7) / 1e7);
}

let control = { mode: 'ok' };
let seen = {};
function reset(next) {
  control = next;
  seen = { requests: 0, texts: 0, batches: [], modes: {}, authorization: null, model: null, inputs: [] };
}
reset({ mode: 'ok' });

function send(res, status, body, headers = {}) {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length, ...headers });
  res.end(bytes);
}

function answer(inputs, size) {
  return { object: 'list', model: 'test', usage: { prompt_tokens: 1, nested: [{ a: [1, [2, 'x"]}'] ] }] },
    data: inputs.map((text, index) => ({ object: 'embedding', index, embedding: embed(text, size) })) };
}

const kinds = {
  ok: (res, inputs) => send(res, 200, answer(inputs)),
  hang: () => {},
  slow: (res, inputs) => setTimeout(() => send(res, 200, answer(inputs)), control.delay ?? 300),
  status: (res) => send(res, control.status ?? 500, { error: { message: `refused, your key is ${key ?? ''}`, code: control.code ?? null } },
    control.retryAfter === undefined ? {} : { 'Retry-After': control.retryAfter }),
  dimension: (res, inputs) => send(res, 200, answer(inputs, control.dimension ?? dimension * 2)),
  half: (res, inputs) => {
    const text = JSON.stringify(answer(inputs));
    res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
    res.write(text.slice(0, text.length / 2), () => res.socket.destroySoon());
  },
  halfjson: (res, inputs) => { const text = JSON.stringify(answer(inputs)); send(res, 200, text.slice(0, text.length / 2)); },
  html: (res) => send(res, 200, '<html><body>Please log in</body></html>', { 'Content-Type': 'text/html' }),
  nan: (res, inputs) => send(res, 200, JSON.stringify(answer(inputs)).replace(/"embedding":\[[^,]*,/, '"embedding":[NaN,')),
  null: (res, inputs) => send(res, 200, JSON.stringify(answer(inputs)).replace(/"embedding":\[[^,]*,/, '"embedding":[null,')),
  huge: (res, inputs) => send(res, 200, JSON.stringify(answer(inputs)).replace(/"embedding":\[[^,]*,/, '"embedding":[1e999,')),
  zero: (res, inputs) => send(res, 200, { data: inputs.map((_, index) => ({ index, embedding: new Array(dimension).fill(0) })) }),
  fewer: (res, inputs) => { const a = answer(inputs); a.data.pop(); send(res, 200, a); },
  more: (res, inputs) => { const a = answer(inputs); a.data.push({ index: inputs.length, embedding: embed('more') }); send(res, 200, a); },
  twice: (res, inputs) => { const a = answer(inputs); a.data[a.data.length - 1].index = 0; send(res, 200, a); },
  reset: (res) => res.socket.resetAndDestroy ? res.socket.resetAndDestroy() : res.socket.destroy(),
  empty: (res) => send(res, 200, ''),
  shuffle: (res, inputs) => { const a = answer(inputs); a.data.reverse(); send(res, 200, a); },
  noindex: (res, inputs) => { const a = answer(inputs); a.data.forEach((d) => delete d.index); send(res, 200, a); },
  garbage: (res) => send(res, 200, Buffer.from([0x7b, 0x00, 0xff, 0xfe, 0x22, 0x5c, 0x00])),
  large: (res) => {
    res.writeHead(200, { 'Content-Type': 'application/json' });
    const piece = Buffer.alloc(1 << 20, 0x20);
    const more = () => { while (!res.destroyed && res.write(piece)); if (!res.destroyed) res.once('drain', more); };
    res.on('error', () => {});
    more();
  },
};

function serve(req, res, body) {
  let request;
  try { request = JSON.parse(body); } catch { return send(res, 400, { error: { message: 'no JSON', code: 'bad_json' } }); }
  const inputs = request.input;
  if (!Array.isArray(inputs) || inputs.length === 0 || inputs.some((t) => typeof t !== 'string')) return send(res, 400, { error: { code: 'bad_input' } });
  seen.requests++;
  seen.texts += inputs.length;
  seen.batches.push(inputs.length);
  seen.model = request.model;
  seen.inputs.push(...inputs);
  seen.authorization = req.headers.authorization ?? null;
  if (key !== undefined && req.headers.authorization !== `Bearer ${key}`) return send(res, 401, { error: { message: `Incorrect key: ${req.headers.authorization}`, code: 'invalid_api_key' } });
  const hit = control.mode !== 'ok' && (control.match === undefined || inputs.some((t) => t.includes(control.match))) && (control.times === undefined || control.times > 0);
  const mode = hit ? control.mode : 'ok';
  if (hit && control.times !== undefined) control.times--;
  seen.modes[mode] = (seen.modes[mode] ?? 0) + 1;
  kinds[mode](res, inputs);
}

// /hop/N redirects N times, then answers with the headers it saw; /hop/to?URL redirects there; /hop/loop for ever; /hop/length/N sends N bytes; /hop/many headers
function hop(req, res) {
  const url = new URL(req.url, 'http://local');
  const [, , what, more] = url.pathname.split('/');
  if (what === 'to') return send(res, Number(more ?? 302), '', { Location: decodeURIComponent(url.search.slice(1)) });
  if (what === 'loop') return send(res, 301, '', { Location: '/hop/loop' });
  if (what === 'nowhere') return send(res, 302, '');
  if (what === 'length') return send(res, 200, Buffer.alloc(Number(more), 0x61));
  if (what === 'headers') return send(res, 200, '', Object.fromEntries(Array.from({ length: Number(more) }, (_, i) => [`X-Many-${i}`, 'y'.repeat(100)])));
  if (what === 'retry') return send(res, 503, '', { 'Retry-After': decodeURIComponent(url.search.slice(1)) });
  if (what === 'drip') {
    res.writeHead(200, { 'Content-Length': 100 });
    res.write('a');
    return undefined;
  }
  if (Number(what) > 0) return send(res, 307, '', { Location: `/hop/${Number(what) - 1}` });
  return send(res, 200, { method: req.method, headers: req.headers });
}

function handle(req, res) {
  const pieces = [];
  req.on('data', (d) => pieces.push(d));
  req.on('end', () => {
    const body = Buffer.concat(pieces).toString('utf8');
    if (req.url.startsWith('/hop/')) return hop(req, res);
    if (req.url === '/control' && req.method === 'POST') { reset(JSON.parse(body)); return send(res, 200, {}); }
    if (req.url === '/control') return send(res, 200, seen);
    if (req.url === '/v1/embeddings' && req.method === 'POST') return serve(req, res, body);
    return send(res, 404, { error: { code: 'not_found' } });
  });
}

const server = tls ? https.createServer({ cert: fs.readFileSync(tls[0]), key: fs.readFileSync(tls[1]), maxHeaderSize: 1 << 20 }, handle)
  : http.createServer({ maxHeaderSize: 1 << 20 }, handle);
server.keepAliveTimeout = 1000;
server.listen(Number(option('port') ?? 0), '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
process.stdin.on('end', () => process.exit(0));
process.stdin.on('error', () => process.exit(0));
process.stdin.resume();
