// A full disk: what is to be written is refused with 507 in the reader's language, reading goes on, nothing that was acknowledged is lost, and with room again
// everything is written again, without a restart. The disk is full for the process alone, by tests/support/preload_fault.c.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { Desk } from './desk.mjs';
import { Server, build, killLeftOvers, run, temporary } from './harness.mjs';

describe('a full disk', () => {
  const beside = temporary('full-switch'), full = path.join(beside, 'full');
  let desk;
  after(killLeftOvers);

  const environment = (kind, more) => ({
    LD_PRELOAD: path.join(build, 'tests/preload_fault.so'),
    ASAN_OPTIONS: 'verify_asan_link_order=0:new_delete_type_mismatch=0',
    QIAO_FAULT_KIND: kind,
    QIAO_FAULT_PATH: desk.data,
    ...more,
  });

  async function restart(kind, more) {
    const code = await desk.server.stop();
    assert.ok(code === 0 || desk.server.port === 0, `it ended with ${code}`);
    desk.server = await Server.start('qiao-api', desk.data, [], environment(kind, more));
  }

  const writes = (name) => [
    ['POST', '/v1/needs', { title: name, problem: name }],
    ['POST', '/v1/projects', { project: { title: { en: name } } }],
    ['PUT', '/v1/pairs/t:own/t:open/feedback', { verdict: 'reject', reason: 'price' }],
    ['PUT', '/v1/cases/t:own/t:open', { status: 'suggested', note: name }],
    ['POST', '/v1/shortlists', { name, items: [{ need: 't:own' }] }],
    ['POST', '/v1/searches', { name, q: 'sulfide' }],
  ];

  async function assertThere(name, when) {
    for (const target of ['/v1/needs', '/v1/projects', '/v1/shortlists', '/v1/searches']) assert.ok((await desk.get('staff', target)).body.includes(name), `${when}: ${name} in ${target}`);
  }

  test('writes are refused with 507, reads go on, and with room everything is written again', async () => {
    desk = await Desk.start('full');
    await restart('enospc-while', { QIAO_FAULT_WHILE: full });
    for (const [method, target, value] of writes('before')) assert.ok((await desk.ask('staff', method, target, value)).status <= 201, target);
    let before = (await desk.get('staff', '/v1/cases/t:own/t:open')).json;

    for (let turn = 0; turn < 3; turn++) {
      fs.writeFileSync(full, '');
      const refused = await Promise.all(writes(`while ${turn}`).flatMap(([method, target, value]) => ['zh', 'en'].map((language) => desk.ask('staff', method, target, value, { 'Accept-Language': language }))));
      for (const reply of refused) {
        assert.equal(reply.status, 507, reply.body.toString());
        assert.equal(reply.json.code, 'no_space');
        assert.match(reply.json.detail, reply.headers['content-language'] === 'zh' ? /磁盘/ : /disk is full/);
        assert.equal(reply.headers.etag, undefined);
      }
      await assertThere('before', 'while it is full');
      assert.deepEqual((await desk.get('staff', '/v1/cases/t:own/t:open')).json, before);
      assert.equal((await desk.get('staff', '/v1/search?q=sulfide')).status, 200);
      assert.equal((await desk.get('staff', '/v1/needs/t:own/matches')).status, 200);
      assert.equal((await desk.get('staff', '/v1/audit')).status, 200);

      fs.rmSync(full);
      for (const [method, target, value] of writes(`after ${turn}`)) assert.ok((await desk.ask('staff', method, target, value)).status <= 201, target);
      await assertThere(`after ${turn}`, 'with room again');
      assert.ok(!(await desk.get('staff', '/v1/needs')).body.includes('while'), 'a write that was refused was done');
      before = (await desk.get('staff', '/v1/cases/t:own/t:open')).json;
    }
    assert.match(run('qiao-api', 'verify', '--data', desk.data, '--lang', 'en'), /the desk is sound/);
  });

  // The disk fills up at whichever call of a write that may be; what was acknowledged before and after it is there.
  test('a disk that is full at any one call of a write loses nothing', async () => {
    const kept = [];
    let refused = 0;
    for (let at = 1; at <= 14; at++) {
      await restart('enospc', { QIAO_FAULT_AT: String(at) });
      if (desk.server.port === 0) { // it was full when the service began: it says so, and is not up
        assert.equal(desk.server.code, 1);
        assert.match(desk.server.stderr, /qiao-api: /);
        continue;
      }
      for (let i = 0; i < 3; i++) {
        const title = `call ${at} write ${i}`;
        const reply = await desk.ask('staff', 'POST', '/v1/needs', { title, problem: title });
        if (reply.status === 201) kept.push(title);
        else assert.equal(reply.status, 507, title);
        refused += reply.status === 507 ? 1 : 0;
      }
      assert.ok(refused <= at, 'one call failed, and one write at most');
      const there = (await desk.get('staff', '/v1/needs?limit=200')).body.toString();
      for (const title of kept) assert.ok(there.includes(title), `${title} was acknowledged`);
      assert.match(run('qiao-api', 'verify', '--data', desk.data, '--lang', 'en'), /the desk is sound/);
    }
    assert.ok(kept.length > 8 && refused >= 4, `${kept.length} writes, ${refused} refused`);
    await restart('none', {});
    for (const title of kept) assert.ok((await desk.get('staff', '/v1/needs?limit=200')).body.includes(title), `${title} was acknowledged`);
    assert.equal(await desk.stop(), 0);
    fs.rmSync(beside, { recursive: true });
  });
});
