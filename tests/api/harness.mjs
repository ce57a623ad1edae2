// What the API tests share: a running qiao-api, an HTTP client that judges every reply by api/openapi.yaml, and the book of what was hit.
import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const source = process.env.QIAO_TEST_SOURCE;
export const build = process.env.QIAO_TEST_BUILD;
const require = createRequire(path.join(source, 'build/dependencies/api-tests/package.json'));
const Ajv = require('ajv/dist/2020').default;
const addFormats = require('ajv-formats').default;
const YAML = require('yaml');

export const openapiText = fs.readFileSync(path.join(source, 'api/openapi.yaml'), 'utf8');
export const openapi = YAML.parse(openapiText);

const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);

// ---- the contract ----

function resolve(schema) {
  while (schema && schema.$ref) schema = schema.$ref.slice(2).split('/').reduce((at, key) => at[key.replaceAll('~1', '/').replaceAll('~0', '~')], openapi);
  return schema;
}

const compiled = new Map();
export function validate(pointer, value, what) {
  if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `#${pointer}`, paths: openapi.paths, components: openapi.components }));
  const check = compiled.get(pointer);
  assert.ok(check(value), `${what} breaks ${pointer}: ${JSON.stringify(check.errors)}\n${JSON.stringify(value).slice(0, 600)}`);
  const strange = undocumented({ $ref: `#${pointer}` }, value, '');
  assert.deepEqual(strange, [], `${what} holds fields that openapi.yaml does not describe`);
}

// A reply may grow, but not behind the back of its description.
function undocumented(schema, value, at) {
  schema = resolve(schema);
  if (Array.isArray(value)) return value.flatMap((item, i) => undocumented(schema.items ?? {}, item, `${at}/${i}`)).slice(0, 5);
  if (value === null || typeof value !== 'object') return [];
  const options = [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].map(resolve).filter((s) => s.properties);
  const properties = Object.assign({}, schema.properties, ...options.map((s) => s.properties));
  if (Object.keys(properties).length === 0 || schema.additionalProperties) return [];
  return Object.entries(value)
    .flatMap(([key, item]) => (key in properties ? undocumented(properties[key], item, `${at}/${key}`) : [`${at}/${key}`]))
    .slice(0, 5);
}

const hit = new Set(); // "GET /v1/search 200"
const codes = new Set(); // of problems

// The path of openapi.yaml that a target belongs to.
export function routeOf(target) {
  const where = target.split('?')[0];
  for (const [pattern] of Object.entries(openapi.paths).sort(([a], [b]) => b.split('/').length - a.split('/').length)) {
    const parts = pattern.split('/').map((part) => (part === '{id}' || part === '{project}' ? '.+' : part === '{need}' ? '[^/]+' : part.replaceAll('.', '\\.')));
    if (new RegExp(`^${parts.join('/')}$`).test(where)) return pattern;
  }
  return null;
}

function judge(reply, method, target) {
  const what = `${method} ${target} -> ${reply.status}`;
  const route = routeOf(target);
  const operation = route && openapi.paths[route][(method === 'HEAD' ? 'get' : method).toLowerCase()];
  assert.match(reply.headers['x-request-id'] ?? '', /^[A-Za-z0-9._-]{1,64}$/, what);
  if (reply.status >= 400) judgeProblem(reply, what);
  if (!operation || method === 'OPTIONS') return;
  const pattern = `/paths/${route.replaceAll('~', '~0').replaceAll('/', '~1')}/${method === 'HEAD' ? 'get' : method.toLowerCase()}/responses`;
  const documented = String(reply.status) in operation.responses ? String(reply.status) : 'default';
  if (documented === 'default') assert.ok(reply.status >= 400, `${what} is not described`);
  if (method !== 'HEAD') hit.add(`${method} ${route} ${documented}`);
  const response = resolve(operation.responses[documented]);
  for (const [name, header] of Object.entries(response.headers ?? {})) {
    const optional = name === 'Qiao-Generation' && reply.json?.generation == null;
    if (method !== 'HEAD' && !optional) assert.ok(reply.headers[name.toLowerCase()] !== undefined, `${what} lacks the header ${name}`);
    if (reply.headers[name.toLowerCase()] !== undefined && resolve(header).schema.pattern)
      assert.match(reply.headers[name.toLowerCase()], new RegExp(resolve(header).schema.pattern), `${what} ${name}`);
  }
  if (typeof reply.json?.generation === 'string') assert.equal(reply.headers['qiao-generation'], reply.json.generation, what);
  if (!response.content || method === 'HEAD') {
    if (!response.content) assert.equal(reply.body.length, 0, `${what} has a body`);
    return;
  }
  const type = reply.headers['content-type'];
  assert.ok(type in response.content, `${what} is of type ${type}`);
  const at = operation.responses[documented].$ref ? operation.responses[documented].$ref.slice(1) : `${pattern}/${documented}`;
  if (/json/.test(type)) validate(`${at}/content/${type.replaceAll('/', '~1')}/schema`, reply.json, what);
}

function judgeProblem(reply, what) {
  if (what.startsWith('HEAD ') && reply.body.length === 0) return;
  assert.equal(reply.headers['content-type'], 'application/problem+json', what);
  validate('/components/schemas/Problem', reply.json, what);
  assert.equal(reply.json.status, reply.status, what);
  assert.equal(reply.json.type, `urn:qiao:problem:${reply.json.code}`, what);
  assert.equal(reply.json.request_id, reply.headers['x-request-id'], what);
  codes.add(reply.json.code);
}

const excused = new Set();
// What this build cannot show, for a reason that the test names.
export const excuse = (name) => excused.add(name);

// Every operation and every status that openapi.yaml names must have been seen, and every code.
export function assertCovered() {
  const missing = [];
  for (const [route, operations] of Object.entries(openapi.paths))
    for (const [method, operation] of Object.entries(operations))
      for (const status of Object.keys(operation.responses))
        if (status !== 'default' && ![hit, excused].some((set) => set.has(`${method.toUpperCase()} ${route} ${status}`))) missing.push(`${method.toUpperCase()} ${route} ${status}`);
  for (const code of openapi.components.schemas.Problem.properties.code.enum) if (!codes.has(code)) missing.push(`code ${code}`);
  assert.deepEqual(missing, [], 'described in openapi.yaml, but not seen');
}

// ---- processes ----

export function temporary(name) {
  return fs.mkdtempSync(path.join(os.tmpdir(), `qiao-${name}-`));
}

export function sleep(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

export async function until(condition, what, ms = 60000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(20)) if (await condition()) return;
  assert.fail(`waited ${ms} ms in vain: ${what}`);
}

const running = new Set();

// What a failed test left behind; the last `after` of a test file.
export function killLeftOvers() {
  running.forEach((server) => server.child.kill('SIGKILL'));
}

export class Server {
  // program: "qiao-api" or "qiao-api-fake"
  static async start(program, data, options = [], environment = {}) {
    const server = new Server();
    server.fake = program === 'qiao-api-fake'; // what its engine says is no part of the contract
    server.child = spawn(path.join(build, 'bin', program), ['serve', '--data', data, '--listen', '127.0.0.1:0', '--lang', 'en', ...options], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    server.stdout = '';
    server.stderr = '';
    server.child.stdout.on('data', (bytes) => (server.stdout += bytes));
    server.child.stderr.on('data', (bytes) => (server.stderr += bytes));
    server.ended = new Promise((done) => server.child.on('close', (code, signal) => done(signal ?? code)));
    running.add(server);
    server.ended.then((code) => {
      server.code = code;
      running.delete(server);
    });
    await until(() => server.stdout.includes('\n') || server.code !== undefined, 'the address of the service', 120000);
    server.port = Number(/^http:\/\/127\.0\.0\.1:(\d+)\n/.exec(server.stdout)?.[1] ?? 0);
    server.agent = new http.Agent({ keepAlive: true });
    return server;
  }

  // Until so many requests have begun and not ended, so many of them at work. Needs --admin-listen.
  async hasInFlight(begun, atWork) {
    const port = Number(/^metrics: 127\.0\.0\.1:(\d+)$/m.exec(this.stdout)[1]);
    const gauge = (text, name) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)[1]);
    await until(async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      return gauge(text, 'qiao_http_in_flight') === begun && gauge(text, 'qiao_pool_busy') === atWork;
    }, `${begun} requests begun, ${atWork} at work`);
  }

  log() {
    return this.stderr.trim().split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  async stop() {
    this.agent.destroy();
    this.child.kill('SIGTERM');
    return this.ended;
  }

  // The reply, judged by the contract.
  async request(method, target, { headers = {}, body, agent = this.agent } = {}) {
    const reply = await new Promise((done, fail) => {
      const request = http.request({ host: '127.0.0.1', port: this.port, method, path: target, headers, agent }, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) }));
        response.on('error', fail);
      });
      request.on('error', fail);
      request.end(body);
    });
    if (reply.body.length > 0 && /json/.test(reply.headers['content-type'] ?? '')) reply.json = JSON.parse(reply.body.toString('utf8'));
    if (!this.fake || reply.status !== 200) judge(reply, method, target);
    return reply;
  }

  get(target, headers = {}) {
    return this.request('GET', target, { headers });
  }

  post(target, value, headers = {}) {
    const body = typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value);
    return this.request('POST', target, { headers: { 'Content-Type': 'application/json', ...headers }, body });
  }

  // Bytes as they are; what comes back until the peer closes or is silent.
  raw(bytes, ms = 3000) {
    return new Promise((done) => {
      const socket = net.connect(this.port, '127.0.0.1');
      let text = '';
      const end = () => {
        socket.destroy();
        done(text);
      };
      socket.setTimeout(ms, end);
      socket.on('data', (piece) => (text += piece.toString('latin1')));
      socket.on('end', end);
      socket.on('error', end);
      for (const piece of [].concat(bytes)) socket.write(piece);
    });
  }
}

export function run(program, ...args) {
  return execFileSync(path.join(build, 'bin', program), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export function fixtures(side) {
  const folder = path.join(source, 'fixtures', side);
  return fs.readdirSync(folder).filter((name) => name.endsWith('.ndjson')).sort().map((name) => path.join(folder, name));
}

export function records(file) {
  return fs.readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
