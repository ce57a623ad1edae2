// What the tests of nights share: a server of feeds, runs of qiao-indexer in a process group of their own, and what a catalogue answers.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

export const source = process.env.QIAO_TEST_SOURCE;
const bin = (name) => path.join(process.env.QIAO_TEST_BUILD, 'bin', name);
export const work = fs.mkdtempSync(path.join(os.tmpdir(), 'nightly-'));

function readText(file) {
  if (!file.endsWith('.zst')) return fs.readFileSync(file, 'utf8');
  const { status, stdout, stderr, error } = spawnSync('zstd', ['-dc', '--', file], { encoding: 'utf8', maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`zstd -dc ${file}: ${error?.message ?? stderr}`);
  return stdout;
}
export const readRecords = (file) => readText(file).split('\n').filter(Boolean).map((line) => JSON.parse(line));

// feeds: name -> records served as JSON pages, or as OAI-PMH where it is a function (request URL) -> XML. A name that is not there: 404.
export const feeds = {};
const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://host');
  const feed = feeds[url.pathname.slice(1)];
  if (feed === undefined) { response.writeHead(404).end(); return; }
  if (typeof feed === 'function') { response.writeHead(200, { 'content-type': 'text/xml' }).end(feed(url)); return; }
  const page = Number(url.searchParams.get('page')), size = Number(url.searchParams.get('rows'));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(feed.slice((page - 1) * size, page * size)));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
export const base = `http://127.0.0.1:${server.address().port}`;

const FIELDS = ['id', 'kind', 'title', 'summary', 'description', 'problem', 'background', 'target', 'country', 'fields', 'trl', 'keywords', 'coop_modes', 'ipc',
  'org_kind', 'org_name', 'status', 'enterprise', 'indicators', 'budget_max', 'currency', 'updated_at', 'ip', 'elem_material', 'advantage', 'deadline'];
function writeMap(size) { // of feeds of JSON pages, so many records each
  const file = path.join(work, `pages-${size}.json`);
  fs.writeFileSync(file, JSON.stringify({
    format: 'json', fields: Object.fromEntries(FIELDS.map((field) => [field, field])),
    harvest: { paging: { kind: 'page', parameter: 'page', first: 1, size_parameter: 'rows', size }, interval_ms: 0 },
  }));
  return file;
}
const oai = path.join(work, 'oai.json'); // the shipped map without its courtesy of three seconds
const shipped = JSON.parse(fs.readFileSync(path.join(source, 'indexer/harvest/feeds/oai_dc.json'), 'utf8'));
shipped.harvest.interval_ms = 0;
fs.writeFileSync(oai, JSON.stringify(shipped));

export function writeConfig(names, more = {}, size = 40) {
  const map = writeMap(size);
  const file = path.join(work, `night-${Math.random().toString(36).slice(2)}.json`);
  const harvest = names.map((name) => ({ feed: typeof feeds[name] === 'function' ? oai : map, url: `${base}/${name}`, source: name, allow_private: true }));
  fs.writeFileSync(file, JSON.stringify({ harvest, min_free_mib: 1, ...more }));
  return file;
}

export function startIndexer(...args) {
  const child = spawn(bin('qiao-indexer'), ['--lang', 'en', ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let out = '', err = '';
  child.stdout.on('data', (text) => { out += text; });
  child.stderr.on('data', (text) => { err += text; });
  child.result = new Promise((resolve) => child.on('close', (code, signal) => {
    let report = null;
    try { report = JSON.parse(out.trim().split('\n').at(-1)); } catch { /* no report: a case that expects one fails */ }
    resolve({ code, signal, out, err, report });
  }));
  return child;
}
export const night = (data, config, ...more) => startIndexer('nightly', '--data', data, '--config', config, '--json', ...more);

// A service over a data folder while act runs: act(get, post).
export async function served(data, act) {
  const child = spawn(bin('qiao-api'), ['serve', '--data', data, '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const address = await new Promise((resolve, reject) => {
    const look = (chunk) => { text += chunk; const found = /127\.0\.0\.1:(\d+)/.exec(text); if (found) resolve(`http://127.0.0.1:${found[1]}`); };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.on('close', () => reject(new Error(`qiao-api ended: ${text}`)));
  });
  const ask = async (target, options) => {
    const reply = await fetch(address + target, options);
    return { status: reply.status, body: await reply.json() };
  };
  try {
    return await act(ask, (target, body) => ask(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }));
  } finally {
    child.removeAllListeners('close');
    const ended = new Promise((resolve) => child.on('close', resolve));
    child.kill('SIGTERM');
    await ended;
  }
}

export function manifest(data) {
  const name = fs.readFileSync(path.join(data, 'catalog', 'CURRENT'), 'utf8').trim();
  return JSON.parse(fs.readFileSync(path.join(data, 'catalog', name, 'manifest.json'), 'utf8'));
}

export function done() { server.close(); server.closeAllConnections(); fs.rmSync(work, { recursive: true, force: true }); }
