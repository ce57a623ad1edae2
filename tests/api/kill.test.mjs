// Killed at any moment under a stream of writes of every kind, the service has every write that it acknowledged when it is started again.
// QIAO_KILL_ROUNDS: how often; QIAO_KILL_RESULTS: a file that the figures are appended to, as a line of JSON.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { after, describe, test } from 'node:test';
import { Desk } from './desk.mjs';
import { Server, killLeftOvers, run, sleep, until } from './harness.mjs';

const ROUNDS = Number(process.env.QIAO_KILL_ROUNDS ?? 8);
const WRITERS = 8;
const UNLIMITED = ['--key-rate', '0', '--write-rate', '0', '--loopback-rate', '0'];

// A place that was written: what is read there after the kill must hold text, or be of a later revision than acknowledged.
class Book {
  places = new Map();
  acknowledged = 0;

  note(target, text, revision = 1) {
    this.acknowledged++;
    this.places.set(target, { text, revision });
  }
}

describe('kill -9 under writes', () => {
  let desk;
  after(killLeftOvers);

  // Without a look at the contract, which other tests take: what is wanted here is a stream.
  const send = async (agent, method, target, value, headers = {}) => {
    const body = Buffer.from(JSON.stringify(value));
    const reply = await new Promise((done, fail) => {
      const options = { host: '127.0.0.1', port: desk.server.port, method, path: target, agent, headers: { ...desk.as('staff'), 'Content-Type': 'application/json', 'Content-Length': body.length, ...headers } };
      const request = http.request(options, (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('end', () => done({ status: response.statusCode, text: Buffer.concat(pieces).toString('utf8') }));
        response.on('error', fail);
      });
      request.on('error', fail);
      request.end(body);
    });
    assert.ok(reply.status === 200 || reply.status === 201, `${method} ${target}: ${reply.status} ${reply.text}`);
    return JSON.parse(reply.text);
  };

  // One write of each kind; each is noted when, and only when, it was acknowledged.
  async function writeAll(agent, name, search, book) {
    const need = (await send(agent, 'POST', '/v1/needs', { title: `need ${name}`, problem: name })).id;
    book.note(`/v1/needs/${need}`, `need ${name}`);
    const project = (await send(agent, 'POST', '/v1/projects', { project: { title: { en: `project ${name}` } } })).id;
    book.note(`/v1/projects/${project}`, `project ${name}`);
    await send(agent, 'PUT', `/v1/pairs/${need}/${project}/feedback`, { verdict: 'accept' });
    book.note(`/v1/needs/${need}/feedback`, project);
    await send(agent, 'PUT', `/v1/cases/${need}/${project}`, { status: 'contacted', note: name });
    book.note(`/v1/cases/${need}/${project}`, name);
    const list = (await send(agent, 'POST', '/v1/shortlists', { name: `list ${name}`, items: [{ need }, { project, note: name }] })).id;
    book.note(`/v1/shortlists/${list}`, `list ${name}`);
    const saved = await send(agent, 'PUT', `/v1/searches/${search}`, { name: `search ${name}`, q: 'sulfide' }, { 'If-Match': '*' });
    book.note(`/v1/searches/${search}`, `search ${name}`, saved.revision);
  }

  // Until the service is gone.
  async function write(name, search, book) {
    const agent = new http.Agent({ keepAlive: true });
    try {
      for (let i = 0; ; i++) await writeAll(agent, `${name}.${i}.`, search, book);
    } catch (error) {
      assert.ok(error.code && error.code !== 'ERR_ASSERTION', error); // of the connection: the service was killed
    }
    agent.destroy();
  }

  async function assertKept(target, { text, revision }, when) {
    const reply = await desk.get('staff', target);
    assert.equal(reply.status, 200, `${when}: ${target} was acknowledged`);
    if (!(reply.json.revision > revision)) assert.ok(reply.body.includes(text), `${when}: ${target} was acknowledged with ${text}, not ${reply.body}`);
  }

  async function killOnce(round, searches) {
    const book = new Book(), least = 40 + ((round * 37) % 90);
    const writers = searches.map((search, i) => write(`${round}.${i}`, search, book));
    await until(() => book.acknowledged > 0, 'a first write', 60000);
    const started = performance.now(), first = book.acknowledged;
    await until(() => book.acknowledged >= least, 'writes', 60000);
    await sleep((round * 7) % 23);
    desk.server.child.kill('SIGKILL');
    const seconds = (performance.now() - started) / 1000, counted = book.acknowledged - first;
    await Promise.all(writers);
    await desk.server.ended;
    desk.server.agent.destroy();
    const said = run('qiao-api', 'verify', '--data', desk.data, '--lang', 'en');
    assert.match(said, /the desk is sound/);
    desk.server = await Server.start('qiao-api', desk.data, UNLIMITED);
    for (const [target, expected] of book.places) await assertKept(target, expected, `round ${round}`);
    return { book, seconds, counted, lines: Number(/\d+/.exec(said)[0]) };
  }

  test(`every acknowledged write is there after a restart, ${ROUNDS} times`, async () => {
    desk = await Desk.start('kill', [], UNLIMITED);
    const searches = [], all = new Book();
    let seconds = 0, counted = 0, lines = 0;
    for (let i = 0; i < WRITERS; i++) searches.push((await send(undefined, 'POST', '/v1/searches', { name: `${i}`, q: 'laser' })).id);
    for (let round = 0; round < ROUNDS; round++) {
      const killed = await killOnce(round, searches);
      all.acknowledged += killed.book.acknowledged;
      seconds += killed.seconds;
      counted += killed.counted;
      lines = killed.lines;
      for (const [target, expected] of killed.book.places) all.places.set(target, expected);
    }
    for (const [target, expected] of all.places) await assertKept(target, expected, 'in the end');
    assert.ok(all.acknowledged >= 40 * ROUNDS, `${all.acknowledged} writes`);
    assert.ok(lines >= all.acknowledged, `${lines} lines of the audit trail, ${all.acknowledged} writes`);
    const figures = { bench: 'kill', rounds: ROUNDS, writers: WRITERS, acknowledged: all.acknowledged, lost: 0, writes_a_second: Math.round(counted / seconds), audit_lines: lines };
    console.log(`# ${JSON.stringify(figures)}`);
    if (process.env.QIAO_KILL_RESULTS) fs.appendFileSync(process.env.QIAO_KILL_RESULTS, `${JSON.stringify(figures)}\n`);
    assert.equal(await desk.stop(), 0);
  });
});
