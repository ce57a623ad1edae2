// Generations are published and rolled back while many clients ask without a pause: not one request fails, and no answer mixes two generations.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, test } from 'node:test';
import { Server, build, fixtures, killLeftOvers, records, temporary, until } from './harness.mjs';

const rounds = 7; // more than are kept, so that the oldest are removed while they may still be read
const indexer = (...args) => promisify(execFile)(path.join(build, 'bin/qiao-indexer'), args);

describe('publication under load', () => {
  let data, server, record;
  const titles = new Map(); // generation -> title of the record that changes each round

  const publish = async (round) => {
    const file = path.join(data, 'changed.ndjson');
    const title = `Rolled ceramic separator, edition ${round}`;
    fs.writeFileSync(file, `${JSON.stringify({ ...record, title: { en: title } })}\n`);
    await indexer('import', '--data', data, file);
    // Known before it is served: a client may see it before the indexer has ended.
    titles.set(`gen-${String(round).padStart(10, '0')}`, title);
    await indexer('build', '--data', data, '--keep', '3');
  };

  before(async () => {
    data = temporary('publish');
    record = records(fixtures('projects')[0])[0];
    await indexer('import', '--data', data, ...fixtures('projects'), ...fixtures('needs'));
    await publish(1);
    server = await Server.start('qiao-api', data, ['--threads', '3']);
  });
  after(async () => {
    assert.equal(await server.stop(), 0);
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  test('not one request fails, each answer is of one generation, the newest is served soon', async () => {
    const seen = new Map(); // generation -> answers
    let stop = false;
    let asked = 0;

    const title = (reply, of) => {
      asked++;
      assert.equal(reply.status, 200, `${of}: ${reply.body}`);
      const { generation } = reply.json;
      seen.set(generation, (seen.get(generation) ?? 0) + 1);
      return titles.get(generation);
    };
    const questions = [
      async (options) => {
        const reply = await server.request('GET', `/v1/projects/${record.id}`, options);
        assert.equal(reply.json.title.en, title(reply, 'record'), 'the record of another generation');
      },
      async (options) => {
        const reply = await server.request('GET', '/v1/search?q=%22rolled%20ceramic%20separator%22', options);
        const expected = title(reply, 'search');
        const hit = reply.json.hits.find((entry) => entry.id === record.id);
        assert.equal(hit?.title.en, expected, 'the index of another generation');
      },
      async (options) => title(await server.request('GET', '/v1/needs/fx:n0001/matches?limit=3', options), 'matches'),
      async (options) =>
        title(await server.request('POST', '/v1/match', { ...options, headers: { 'Content-Type': 'application/json' }, body: '{"text":"rolled ceramic separator","limit":3}' }), 'match'),
    ];
    const client = async (number) => {
      const agent = number % 3 === 0 ? false : new http.Agent({ keepAlive: true, maxSockets: 1 }); // some open a connection for each request
      for (let i = number; !stop; i++) await questions[i % questions.length]({ agent });
      if (agent) agent.destroy();
    };
    const clients = Promise.all(Array.from({ length: 9 }, (_, number) => client(number)));
    clients.catch(() => (stop = true));

    const serves = (generation) => until(async () => stop || (await server.get('/readyz')).json.generation === generation, `${generation} to be served`);
    for (let round = 2; round <= rounds && !stop; round++) {
      await publish(round);
      await serves(`gen-${String(round).padStart(10, '0')}`);
    }
    for (const back of [rounds - 1, rounds - 2]) {
      await indexer('rollback', '--data', data);
      await serves(`gen-${String(back).padStart(10, '0')}`);
    }
    stop = true;
    await clients;
    assert.deepEqual([...seen.keys()].sort(), [...titles.keys()].sort(), 'every generation was served');
    console.log(`${asked} requests: ${[...seen].map(([generation, count]) => `${generation} ${count}`).join(', ')}`);
    assert.ok(asked > 200);
    assert.ok(!server.log().some((line) => line.level === 'error' || line.status >= 400), 'the log knows of no failure');
  });
});
