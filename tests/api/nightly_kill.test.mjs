// A night killed (SIGKILL to all of its processes) at points that a seed chooses, then started again, ends with the catalogue of a night that nobody
// disturbed: the same records, lexicon and matches, the same answers. Over the fixtures; over real records where QIAO_REAL_DATA names a folder of them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { done, feeds, manifest, night, readRecords, served, source, work, writeConfig } from './nightly_support.mjs';

test.after(done);

function random(seed) { // xorshift: the same numbers on every machine
  let state = seed;
  return () => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; state >>>= 0; return state / 2 ** 32; };
}

// What a catalogue is: checksums of what is computed, every record, the answers for some.
async function portrait(data, records, sample) {
  const files = Object.fromEntries(manifest(data).files.map((file) => [file.name, file.checksum]));
  const answers = await served(data, async (get) => {
    const out = {};
    for (const { kind, id } of records) {
      const side = kind === 'need' ? 'needs' : 'projects';
      const reply = await get(`/v1/${side}/${encodeURIComponent(id)}`);
      delete reply.body.generation;
      out[id] = reply;
    }
    for (const { kind, id } of sample) {
      const reply = await get(`/v1/${kind === 'need' ? 'needs' : 'projects'}/${encodeURIComponent(id)}/matches?limit=20`);
      for (const member of ['generation', 'took_ms']) delete reply.body[member];
      out[`matches of ${id}`] = reply;
    }
    return out;
  });
  return { lexicon: files['lexicon.bin'], matches: files['matches.bin'], answers: JSON.parse(JSON.stringify(answers).replaceAll(/gen-\d{10}/g, 'gen')) };
}

const today = () => new Date().toISOString().slice(0, 10);

async function undisturbed(before, data, config, codes) {
  if (before) fs.cpSync(before, data, { recursive: true });
  const result = await night(data, config).result;
  assert.ok(codes.includes(result.code), `exit code ${result.code}: ${result.err}`);
  return result.report;
}

// Kills one night of a folder after a share of what it took undisturbed; where it was over before, one begins anew and is killed sooner.
async function killed(before, data, config, wait) {
  for (;;) {
    fs.rmSync(data, { recursive: true, force: true });
    if (before) fs.cpSync(before, data, { recursive: true });
    const child = night(data, config);
    const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), wait);
    const { signal } = await child.result;
    clearTimeout(timer);
    if (signal === 'SIGKILL') return;
    wait *= 0.6;
  }
}

async function killAndCompare(name, first, second, sample, rounds) {
  const config = writeConfig(Object.keys(first).concat('absent'));
  const chance = random(20261128);
  let before = null;
  for (const [step, state] of [first, second].entries()) {
    Object.assign(feeds, state);
    const all = Object.values(state).flat(), reference = path.join(work, `${name}-${step}`), data = path.join(work, `${name}-${step}-killed`);
    const started = Date.now(), day = today();
    await undisturbed(before, reference, config, [3]); // 3: one source is not there
    const took = Date.now() - started;
    const expected = await portrait(reference, all, sample(all));
    assert.equal(Object.keys(expected.answers).length > all.length, true);
    for (let i = 0; i < rounds / 2; i++) {
      await killed(before, data, config, 20 + chance() * took);
      const left = fs.existsSync(path.join(data, 'nightly.state.json'));
      const { code, report, err } = await night(data, config).result;
      assert.equal(code, 3, err);
      assert.equal(report.resumed, left ? 1 : 0, 'a night that was cut off goes on');
      if (today() !== day) return; // what depends on the day is that of another day now
      const got = await portrait(data, all, sample(all));
      assert.deepEqual(got, expected, `night ${step + 1}, kill ${i + 1}`);
      assert.deepEqual(fs.readdirSync(path.join(data, 'catalog')).filter((entry) => !/^(gen-\d{10}|CURRENT)$/.test(entry)), [], 'something was left behind');
    }
    before = reference;
  }
}

// The same feeds a day later: some records changed, one new, one withdrawn by its status.
function dayLater(state) {
  const later = structuredClone(state);
  for (const records of Object.values(later)) {
    for (let i = 0; i < records.length; i += 10) records[i].keywords = [...(records[i].keywords ?? []), 'pilot line'];
    records.push({ ...records[1], id: `${records[1].id}-b` });
    records[2].status = 'withdrawn';
  }
  return later;
}

const rounds = Number(process.env.QIAO_KILL_ROUNDS ?? 10);

test('nights over the fixtures', async () => {
  const state = {};
  for (const file of ['projects/a-energy', 'projects/a-materials', 'needs/a-energy', 'needs/a-materials'])
    state[file.replace('/', '-')] = readRecords(path.join(source, 'fixtures', `${file}.ndjson`));
  await killAndCompare('fixtures', state, dayLater(state), (all) => all.filter((record, i) => i % 6 === 0), rounds);
});

const real = process.env.QIAO_REAL_DATA;
test('nights over real records', { skip: real ? false : 'QIAO_REAL_DATA names no folder of real records' }, async () => {
  const state = {};
  for (const file of ['offers/offers.projects', 'needs/industry.needs', 'multilingual/news-en.projects', 'multilingual/news-de.projects',
    'multilingual/news-ja.projects', 'multilingual/thesis.projects', 'multilingual/xquad.projects'])
  { // ids of their own: where two sources claim one id, the later one wins, and which is later is nobody's to say
    const name = file.split('/')[1].replaceAll('.', '-');
    state[name] = readRecords(path.join(real, `${file}.ndjson`)).map((record, i) => ({ ...record, id: `${name}:${i}` }));
  }
  await killAndCompare('real', state, dayLater(state), (all) => all.filter((record, i) => i % 40 === 0), rounds);
});
