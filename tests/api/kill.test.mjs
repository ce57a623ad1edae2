// Killed at any moment under a stream of writes, the service has every write that it acknowledged when it is started again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { after, describe, test } from 'node:test';
import { Server, killLeftOvers, run, sleep, temporary } from './harness.mjs';

const ROUNDS = Number(process.env.QIAO_KILL_ROUNDS ?? 12);
const WRITERS = 4;

describe('kill -9 under writes', () => {
  after(killLeftOvers);

  // Posts until the service is gone; what was acknowledged is kept.
  async function write(server, name, acknowledged) {
    const agent = new http.Agent({ keepAlive: true });
    for (let i = 0; ; i++) {
      const title = `${name} ${i}`;
      try {
        const reply = await server.request('POST', '/v1/needs', { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ title, problem: title }), agent });
        assert.equal(reply.status, 201);
        acknowledged.set(reply.json.id, title);
      } catch (error) {
        assert.ok(error.code, error); // of the connection: the service was killed
        break;
      }
    }
    agent.destroy();
  }

  test(`every acknowledged write is there after a restart, ${ROUNDS} times`, async () => {
    const data = temporary('kill'), acknowledged = new Map();
    for (let round = 0; round < ROUNDS; round++) {
      const server = await Server.start('qiao-api', data);
      const fresh = new Map();
      const writers = Array.from({ length: WRITERS }, (_, i) => write(server, `${round}.${i}`, fresh));
      await sleep(30 + ((round * 37) % 170));
      server.child.kill('SIGKILL');
      await Promise.all(writers);
      await server.ended;
      server.agent.destroy();
      assert.match(run('qiao-api', 'verify', '--data', data, '--lang', 'en'), /the desk is sound/);
      for (const [id, title] of fresh) acknowledged.set(id, title);
      const again = await Server.start('qiao-api', data);
      const stored = new Map();
      for (let offset = 0, more = true; more; offset += 200) {
        const page = (await again.get(`/v1/needs?limit=200&offset=${offset}`)).json;
        for (const need of page.needs) stored.set(need.id, need.title);
        more = page.more;
      }
      for (const [id, title] of acknowledged) assert.equal(stored.get(id), title, `round ${round}: ${id} was acknowledged`);
      assert.equal(await again.stop(), 0);
    }
    assert.ok(acknowledged.size > ROUNDS, `${acknowledged.size} writes`);
    console.log(`# ${acknowledged.size} acknowledged writes, ${ROUNDS} kills`);
    fs.rmSync(data, { recursive: true });
  });
});
