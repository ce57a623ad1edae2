// A whole working day: an enterprise posts a vague need, staff judge what it gets and take a case to its signature, the night folds it in, and in the morning everybody sees it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Desk, OWN } from './desk.mjs';
import { killLeftOvers, run, sleep, until } from './harness.mjs';

let desk, need, matches, watch;
const at = () => `/v1/needs/${need}`;
const ids = (list) => list.map((match) => match.project.id);

describe('a working day', () => {
  before(async () => (desk = await Desk.start('day')));
  after(async () => assert.equal(await desk.stop(), 0));
  after(killLeftOvers);

  test('morning: the enterprise puts its need in its own words and gets projects at once', async () => {
    const vague = { text: '我们想找固态电池用的电解质，最好是硫化物薄膜，室温电导率要高一点，能在海淀中试' };
    const review = (await desk.ask('own', 'POST', '/v1/lint', vague)).json;
    assert.ok(review.findings.some((finding) => finding.code === 'no_indicator'), 'it is told what is missing');
    const posted = await desk.ask('own', 'POST', '/v1/needs', { need: { title: { zh: '固态电池电解质' }, problem: { zh: vague.text }, enterprise: { park: 'haidian' } } });
    assert.equal(posted.status, 201);
    need = posted.json.id;
    matches = ids(posted.json.matches);
    assert.ok(matches.length >= 3 && matches.includes('t:open') && !matches.includes('t:closed'));
    assert.deepEqual((await desk.get('own', '/v1/needs')).json.needs.map((row) => row.id), [need]);
    watch = (await desk.ask('own', 'POST', '/v1/searches', { name: '我的需求', need })).json.id;
  });

  test('noon: staff accept one project and reject two, with reasons', async () => {
    const [first, second, third] = ['t:open', ...matches.filter((id) => id !== 't:open')];
    assert.ok((await desk.get('haidian', `${at()}/matches`)).json.matches.length >= 3);
    assert.equal((await desk.get('changping', at())).status, 404);
    for (const [project, verdict] of [[first, { verdict: 'accept' }], [second, { verdict: 'reject', reason: 'off_field' }], [third, { verdict: 'reject', reason: 'too_early' }]])
      assert.equal((await desk.ask('haidian', 'PUT', `/v1/pairs/${need}/${project}/feedback`, verdict)).status, 200);
    assert.equal((await desk.ask('haidian', 'PUT', `/v1/pairs/${need}/${second}/feedback`, { verdict: 'reject', reason: 'nonsense' })).status, 400);
  });

  test('afternoon: the case goes to its signature, and the enterprise follows it', async () => {
    for (const [status, note, internal_note] of [['suggested'], ['contacted', '已与对方通话', '对方报价偏高，先不告知企业'], ['negotiating'], ['signed', '签署合作意向书', '尾款待落实']])
      assert.equal((await desk.ask('haidian', 'PUT', `/v1/cases/${need}/t:open`, { status, note, internal_note })).status, 200, status);
    const seen = (await desk.get('own', `/v1/cases/${need}/t:open`)).json;
    assert.deepEqual([seen.status, seen.note, seen.internal_note, seen.revision], ['signed', '签署合作意向书', undefined, 4]);
    assert.equal((await desk.get('haidian', `/v1/cases/${need}/t:open`)).json.internal_note, '尾款待落实');
    assert.equal((await desk.get('other', `/v1/cases/${need}/t:open`)).status, 404);
  });

  test('night: what was posted and decided is folded in, and published', async () => {
    await sleep(1100); // a generation's time is told in seconds
    const extra = path.join(desk.data, 'evening.ndjson');
    fs.writeFileSync(extra, JSON.stringify({ id: 't:evening', kind: 'project', title: { en: 'Sulfide solid electrolyte thin film' }, summary: { en: 'Sulfide solid electrolyte films of high ionic conductivity at room temperature for solid state batteries' } }) + '\n');
    run('qiao-indexer', 'import', '--data', desk.data, extra);
    const report = JSON.parse(run('qiao-indexer', 'nightly', '--data', desk.data, '--json'));
    const stages = Object.fromEntries(report.stages.map((stage) => [stage.stage, stage.exit_code]));
    for (const stage of ['fold', 'build', 'verify', 'alerts']) assert.equal(stages[stage], 0, stage);
    assert.ok(report.stages.find((stage) => stage.stage === 'fold').result.new >= 4, 'a need and three verdicts');
    await until(async () => (await desk.get('own', '/v1/about')).json.generation === 'gen-0000000002', 'the new generation', 30000);
    assert.ok(fs.existsSync(path.join(desk.data, 'catalog/gen-0000000002/feedback.bin')), 'the verdicts are in the generation');
  });

  test('next morning: the enterprise finds its need, its matches and its case; nobody else does', async () => {
    const read = await desk.get('own', at());
    assert.deepEqual([read.json.generation, read.json.enterprise.name], ['gen-0000000002', OWN]);
    const again = (await desk.get('own', `${at()}/matches?limit=50`)).json;
    assert.equal(again.generation, 'gen-0000000002');
    assert.ok(ids(again.matches).includes('t:open') && ids(again.matches).includes('t:evening'));
    const found = async (caller) => (await desk.get(caller, `/v1/search?side=needs&q=${encodeURIComponent('硫化物薄膜')}`)).json.hits.map((hit) => hit.id);
    for (const caller of ['own', 'staff', 'haidian']) assert.ok((await found(caller)).includes(need), caller);
    for (const caller of ['other', 'changping', 'public']) assert.ok(!(await found(caller)).includes(need), caller);
    assert.deepEqual((await desk.get('own', '/v1/cases')).json.cases.map((entry) => [entry.need, entry.project, entry.status]), [[need, 't:open', 'signed']]);
    const projects = (await desk.get('staff', '/v1/projects/t:open/matches?limit=50')).json.matches.map((match) => match.need.id);
    assert.ok(projects.includes(need), 'and from the other side');
  });

  test('it is told what the night brought for the need that it watches', async () => {
    const [entry] = (await desk.get('own', `/v1/searches/${watch}/news`)).json.entries;
    assert.deepEqual([entry.generation, entry.came.map((item) => item.id)], ['gen-0000000002', ['t:evening']]);
    assert.equal((await desk.get('other', `/v1/searches/${watch}/news`)).status, 404);
  });

  test('the report of staff counts what was accepted and signed, in its park and its month', async () => {
    const report = async (query, caller = 'staff') => {
      let reply;
      await until(async () => (reply = await desk.get(caller, `/v1/reports/monitoring?${query}`)).status !== 503, 'the report');
      assert.equal(reply.json.generation, 'gen-0000000002');
      return reply.json;
    };
    const counts = (row) => [row.figures.accepted, row.figures.signed, row.figures.landed];
    const month = new Date(Date.now() + 8 * 3600000).toISOString().slice(0, 7);
    for (const [by, code] of [['park', 'haidian'], ['month', month]]) {
      const { rows, total } = await report(`by=${by}`);
      assert.deepEqual(counts(rows.find((row) => row.code === code)), [1, 1, 0], `${by} ${code}`);
      assert.deepEqual(counts(total), [1, 1, 0], by);
      for (const row of rows.filter((one) => one.code !== code)) assert.ok(counts(row).every((count) => !count), `${by} ${row.code}`);
    }
    assert.deepEqual(counts((await report('by=park', 'haidian')).total), [1, 1, 0]);
    assert.deepEqual(counts((await report('by=park', 'changping')).total), [0, 0, 0]);
  });

  test('a second night changes nothing of it', async () => {
    const news = fs.readFileSync(path.join(desk.data, 'news', `${watch}.json`), 'utf8');
    const report = JSON.parse(run('qiao-indexer', 'nightly', '--data', desk.data, '--json'));
    const folded = report.stages.find((stage) => stage.stage === 'fold').result;
    assert.deepEqual([folded.new, folded.changed, folded.removed, folded.refused], [0, 0, 0, 0]);
    assert.equal(JSON.parse(fs.readFileSync(path.join(desk.data, 'news', `${watch}.json`), 'utf8')).entries.filter((entry) => entry.generation === 'gen-0000000002').length, 1);
    assert.ok(news.includes('t:evening'));
  });
});
