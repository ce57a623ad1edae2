// A night killed (SIGKILL to all of its processes) at points that a seed chooses, then started again, ends with the catalogue of a night that nobody
// disturbed: the same records, lexicon and matches, the same answers. Over the fixtures; over real records where QIAO_REAL_DATA names a folder of them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { done, feeds, manifest, night, readRecords, served, source, work, writeConfig } from './nightly_support.mjs';

test.after(done);

function random(seed) { // xorshift: the same numbers on every machine
  let state = seed;
  return () => { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; state >>>= 0; return state / 2 ** 32; };
}

// What a catalogue is: counts, checksums of what is computed of all records, and what is answered for some: `looked` are read, lists of `matched` too.
async function portrait(data, { looked, matched }) {
  const { projects, needs, terms, postings, bilingual, files } = manifest(data);
  const checksums = Object.fromEntries(['lexicon.bin', 'matches.bin', 'suggest.bin', 'duplicates.bin'].map((name) => [name, files.find((file) => file.name === name)?.checksum]));
  const answers = await served(data, async (get) => {
    const out = {};
    const side = (record) => `/v1/${record.kind === 'need' ? 'needs' : 'projects'}/${encodeURIComponent(record.id)}`;
    for (const record of looked) {
      out[record.id] = await get(side(record));
      delete out[record.id].body.generation;
    }
    for (const record of matched) {
      const reply = await get(`${side(record)}/matches?limit=20`);
      for (const member of ['generation', 'took_ms']) delete reply.body[member];
      out[`matches of ${record.id}`] = reply;
    }
    return out;
  });
  return { projects, needs, terms, postings, bilingual, checksums, answers: JSON.parse(JSON.stringify(answers).replaceAll(/gen-\d{10}/g, 'gen')) };
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

// The stage that ended last before the kill, with how many sources were in by then: where in the night it was.
function reached(data) {
  const file = path.join(data, 'nightly.state.json');
  if (!fs.existsSync(file)) return 'begin';
  const ended = JSON.parse(fs.readFileSync(file)).stages.map((stage) => stage.stage);
  return ended.length === 0 ? 'begin' : ended.at(-1) === 'harvest' ? `harvest ${ended.length}` : ended.at(-1);
}

// pick(records): { looked, matched } of the portrait. size: records of a page. What depends on the day is that of another day behind midnight: then the
// reference is made anew. Returns where the kills fell.
async function killAndCompare(name, first, second, pick, rounds, size) {
  const config = writeConfig(Object.keys(first).concat('absent'), {}, size);
  const chance = random(20261128), places = [];
  let before = null;
  for (const [step, state] of [first, second].entries()) {
    Object.assign(feeds, state);
    const all = Object.values(state).flat(), picked = pick(all), reference = path.join(work, `${name}-${step}`), data = path.join(work, `${name}-${step}-killed`);
    let day = null, took, expected;
    for (let kills = 0; kills < rounds / 2;) {
      if (today() !== day) {
        fs.rmSync(reference, { recursive: true, force: true });
        day = today();
        const started = Date.now();
        await undisturbed(before, reference, config, [3]); // 3: one source is not there
        took = Date.now() - started;
        expected = await portrait(reference, picked);
        assert.equal(Object.keys(expected.answers).length, picked.looked.length + picked.matched.length);
        assert.equal(expected.projects + expected.needs, all.length);
        continue;
      }
      await killed(before, data, config, 20 + chance() * took);
      const place = reached(data);
      const left = fs.existsSync(path.join(data, 'nightly.state.json'));
      const { code, report, err } = await night(data, config).result;
      assert.equal(code, 3, err);
      assert.equal(report.resumed, left ? 1 : 0, 'a night that was cut off goes on');
      const got = await portrait(data, picked);
      if (today() !== day) continue;
      assert.deepEqual(got, expected, `night ${step + 1}, kill ${kills + 1}, behind ${place}`);
      assert.deepEqual(fs.readdirSync(path.join(data, 'catalog')).filter((entry) => !/^(gen-\d{10}|CURRENT)$/.test(entry)), [], 'something was left behind');
      places.push(place);
      kills++;
      console.error(`# ${name}: night ${step + 1}, kill ${kills} behind ${place}, equal`);
    }
    before = reference;
  }
  return places;
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
const every = (all, step) => all.filter((record, i) => i % step === 0);

test('nights over the fixtures', async () => {
  const state = {};
  for (const file of ['projects/a-energy', 'projects/a-materials', 'needs/a-energy', 'needs/a-materials'])
    state[file.replace('/', '-')] = readRecords(path.join(source, 'fixtures', `${file}.ndjson`));
  await killAndCompare('fixtures', state, dayLater(state), (all) => ({ looked: all, matched: every(all, 6) }), rounds);
});

// Every file of records in a folder of folders, plain or packed.
function recordFiles(folder) {
  return fs.readdirSync(folder, { recursive: true }).filter((file) => /\.(projects|needs)\.ndjson(\.zst)?$/.test(file)).sort();
}

const commit = () => { try { return execFileSync('git', ['-C', source, 'rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(); } catch { return null; } };

// Prints a line for bench/results/kill.jsonl.
const real = process.env.QIAO_REAL_DATA;
test('nights over real records', { skip: real ? false : 'QIAO_REAL_DATA names no folder of real records' }, async () => {
  const state = {}, started = Date.now();
  for (const file of recordFiles(real)) { // ids of their own: where two sources claim one id, the later one wins, and which is later is nobody's to say
    const name = file.replace(/\.ndjson(\.zst)?$/, '').replaceAll(/[/.]/g, '-');
    state[name] = readRecords(path.join(real, file)).map((record, i) => ({ ...record, id: `${name}:${i}` }));
  }
  const records = Object.values(state).flat().length, step = Math.ceil(records / 1000);
  const needs = (all) => all.filter((record) => record.kind === 'need');
  const killed = await killAndCompare('real', state, dayLater(state), (all) => ({ looked: every(all, step), matched: [...new Set([...every(all, step * 2), ...every(needs(all), 2)])] }), rounds, 1000);
  console.log(JSON.stringify({ bench: 'nightly_kill', commit: commit(), machine: os.cpus()[0].model, cores: os.cpus().length, records, files: Object.keys(state).length,
    kills: killed.length, behind: killed, result: 'equal', seconds: Math.round((Date.now() - started) / 1000) }));
});
