// qiao-api over a catalogue made of the fixtures: every route, what it answers and what it refuses, all of it judged by openapi.yaml.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Server, build, fixtures, killLeftOvers, openapi, openapiText, records, run, temporary, until, validate } from './harness.mjs';

let data, server, projects, needs;

describe('the service over a catalogue of the fixtures', () => {
  before(() => {
    data = temporary('contract');
    run('qiao-indexer', 'import', '--data', data, ...fixtures('projects'), ...fixtures('needs'));
    run('qiao-indexer', 'build', '--data', data);
    projects = new Map(fixtures('projects').flatMap(records).map((record) => [record.id, record]));
    needs = new Map(fixtures('needs').flatMap(records).map((record) => [record.id, record]));
  });
  before(async () => (server = await Server.start('qiao-api', data)));
  after(async () => {
    assert.equal(await server.stop(), 0, server.stderr.slice(-500));
    fs.rmSync(data, { recursive: true });
  });
  after(killLeftOvers);

  const q = encodeURIComponent;

  // Texts of a field as named in answers ("title.zh", "problem"), in a record as imported: one, or those of a list.
  function textsOf(record, name) {
    const [field, language] = name.split('.');
    const value = record[field];
    return [typeof value === 'string' || Array.isArray(value) ? value : value[language]].flat();
  }

  function slice(text, place) {
    return Buffer.from(text, 'utf8').subarray(place.start, place.end).toString('utf8');
  }

  // The record as it is kept: a list without items says nothing and is left out.
  function withoutEmpty(value) {
    if (Array.isArray(value)) return value.map(withoutEmpty);
    if (value === null || typeof value !== 'object') return value;
    const kept = Object.entries(value).map(([key, item]) => [key, withoutEmpty(item)]);
    return Object.fromEntries(kept.filter(([, item]) => item !== null && !(typeof item === 'object' && Object.keys(item).length === 0)));
  }

  test('the contract is valid and its examples hold', () => {
    assert.equal(openapi.openapi, '3.1.0');
    assert.deepEqual(openapi, JSON.parse(openapiText), 'YAML and JSON readers read the same');
    let count = 0;
    for (const [route, operations] of Object.entries(openapi.paths))
      for (const [method, operation] of Object.entries(operations)) {
        assert.ok(operation.operationId && operation.summary, route);
        for (const parameter of operation.parameters ?? []) assert.ok(parameter.$ref.split('/').at(-1) in openapi.components.parameters, parameter.$ref);
        for (const [status, response] of Object.entries(operation.responses)) {
          const at = response.$ref?.slice(1) ?? `/paths/${route.replaceAll('/', '~1')}/${method}/responses/${status}`;
          const resolved = response.$ref ? openapi.components.responses[response.$ref.split('/').at(-1)] : response;
          for (const [type, content] of Object.entries(resolved.content ?? {}))
            if (content.example !== undefined) {
              validate(`${at}/content/${type.replaceAll('/', '~1')}/schema`, content.example, `the example of ${route} ${status}`);
              count++;
            }
        }
      }
    assert.ok(count > 15, `${count} examples`);
  });

  test('examples of requests are answered', async () => {
    for (const [name, example] of Object.entries(openapi.paths['/v1/match'].post.requestBody.content['application/json'].examples)) {
      validate('/components/schemas/MatchRequest', example.value, name);
      assert.equal((await server.post('/v1/match', example.value)).status, 200, name);
    }
    for (const link of (await server.get('/')).json.links) {
      const reply = link.method === 'POST' ? await server.post(link.href, link.body) : await server.get(link.href);
      assert.equal(reply.status, 200, link.href);
      if (reply.json.hits) assert.ok(reply.json.hits.length > 0, `${link.href} finds nothing`);
      if (reply.json.matches) assert.ok(reply.json.matches.length > 0, `${link.href} finds nothing`);
    }
  });

  test('a review says what to mend before a need is published', async () => {
    const vague = await server.post('/v1/lint', { text: '需要提高产品质量。联系人：张三，电话13812345678' });
    assert.equal(vague.status, 200);
    const of = (code) => vague.json.findings.filter((finding) => finding.code === code);
    assert.equal(of('no_indicator').length, 1);
    assert.equal(of('short_text').length, 1);
    assert.deepEqual(of('private_data').map((finding) => [finding.kind, finding.text]), [['name', '张三'], ['phone', '13812345678']]);
    for (const finding of of('private_data')) assert.equal(slice('需要提高产品质量。联系人：张三，电话13812345678', finding), finding.text);
    assert.equal(vague.json.completeness, null);

    const need = needs.get('fx:n0001');
    const good = (await server.post('/v1/lint', need)).json;
    assert.ok(good.completeness > 0.9);
    assert.ok(!good.findings.some((finding) => finding.code === 'no_indicator' || finding.level === 'private'));
    assert.ok(good.terms.length > 0 && good.candidates > 0);
    assert.equal((await server.post('/v1/lint', { kind: 'project', title: { en: 'A laser' } })).json.kind, 'project');
    assert.equal((await server.post('/v1/lint', {})).status, 400);
    assert.equal((await server.request('POST', '/v1/lint', { headers: { 'Content-Type': 'text/plain' }, body: 'x' })).status, 415);
    assert.equal((await server.post('/v1/lint', { text: 'x'.repeat(1100000) })).status, 413);
  });

  test('what the service says of itself', async () => {
    assert.equal((await server.get('/livez')).json.status, 'alive');
    assert.equal((await server.get('/readyz')).json.generation, 'gen-0000000001');
    const about = (await server.get('/v1/about')).json;
    assert.deepEqual([about.catalogue.projects, about.catalogue.needs], [projects.size, needs.size]);
    assert.ok(about.licences.data.some((entry) => entry.name === 'CC-CEDICT' && entry.licence === 'CC-BY-SA-4.0'));
    const served = await server.get('/v1/openapi.json');
    assert.equal(served.body.toString('utf8'), openapiText);
  });

  test('a query in one language finds records of the others', async () => {
    for (const [query, languages] of [
      ['电池', ['en', 'de', 'ja', 'fr']],
      ['battery', ['en', 'de', 'ja', 'fr']],
    ]) {
      const { json } = await server.get(`/v1/search?q=${q(query)}&limit=50`);
      const found = new Set(json.hits.flatMap((entry) => Object.keys(entry.title)));
      for (const language of languages) assert.ok(found.has(language), `${query}: ${[...found]}`);
    }
    const zh = await server.get(`/v1/search?side=needs&q=${q('solid state battery')}`);
    assert.ok(zh.json.hits.some((entry) => /[\u4e00-\u9fff]/.test(entry.title.zh ?? '')), 'an English query finds a Chinese need');
    const plain = await server.get(`/v1/search?q=${q('固态电池')}&translate=false`);
    assert.ok(plain.json.total < (await server.get(`/v1/search?q=${q('固态电池')}`)).json.total, 'translate=false finds less');
  });

  test('what is being typed is completed in Chinese, English and pinyin', async () => {
    const suggest = async (query, more = '') => (await server.get(`/v1/suggest?q=${q(query)}${more}`)).json.suggestions;
    for (const [typed, by] of [
      ['固态电解', 'prefix'],
      ['gutaidianjiezhi', 'pinyin'],
      ['gu tai dian jie', 'pinyin'],
      ["gu'tai'dian'jie", 'pinyin'],
      ['gu4tai4dian4jie', 'pinyin'],
      ['GUTAI电', 'pinyin'],
      ['ｇｕｔａｉｄｉａｎｊ', 'pinyin'],
      ['gtdjz', 'initials'],
    ]) {
      const found = (await suggest(typed)).find((one) => one.text === '固态电解质');
      assert.ok(found, typed);
      assert.deepEqual([found.kind, found.by, found.language, found.translation, found.field], ['concept', by, 'zh', 'solid electrolyte', 'energy.battery'], typed);
    }
    assert.equal((await suggest('Solid electro'))[0].translation, '固态电解质');
    const title = projects.get('fx:p0273').title.en;
    assert.deepEqual((await suggest(title.slice(0, 20))).map((one) => [one.text, one.kind, one.id]), [[title, 'title', 'fx:p0273']]);
    assert.deepEqual(await suggest(title.slice(0, 20), '&side=needs'), []);
    assert.deepEqual(await suggest(' '), []);
    for (const typed of ['g', 's', '电', 'ba']) {
      const found = await suggest(typed, '&limit=20');
      assert.equal(found.length, 20, typed);
      assert.equal(new Set(found.map((one) => one.text)).size, 20, typed);
    }
    assert.equal((await suggest('s')).length, 10);
    for (const odd of ['a'.repeat(2000), '电'.repeat(400), "'''''", '5', 'x1x2x3', '%', '"', '\u{1F600}', 'gu’tai'])
      assert.equal((await server.get(`/v1/suggest?q=${q(odd)}`)).status, 200, odd);
  });

  test('a query with a typing error is answered as asked, with what was probably meant', async () => {
    for (const [query, text, by] of [
      ['electrolite', 'electrolyte', 'spelling'],
      ['固态电解智', '固态电解质', 'pinyin'],
      ['gutaidianjiezhi', '固态电解质', 'pinyin'],
    ]) {
      const { json } = await server.get(`/v1/search?q=${q(query)}`);
      assert.deepEqual([json.query, json.did_you_mean], [query, { text, by }]);
      // by records that have all of what is written: a search passes over single characters that are no words
      const having = async (words) => ((found) => found.with_all_words ?? found.total)((await server.get(`/v1/search?q=${q(`"${words}"`)}`)).json);
      assert.ok((await having(text)) > (await having(query)), `${text} finds more`);
      assert.equal((await server.get(`/v1/search?q=${q(text)}`)).json.did_you_mean, undefined);
    }
    assert.equal((await server.get(`/v1/search?q=${q('electrolite')}&country=CH&trl_min=9`)).json.did_you_mean, undefined, 'nothing where it would find nothing');
  });

  test('hits are in order, highlights stand where they say', async () => {
    for (const side of ['projects', 'needs'])
      for (const query of ['电池', '高温 传感器', 'battery', '"machine learning"', 'fx:p0001', '']) {
        const { json } = await server.get(`/v1/search?side=${side}&limit=30&q=${q(query)}`);
        json.hits.forEach((entry, i) => {
          if (i > 0) assert.ok(entry.score <= json.hits[i - 1].score, `${side} ${query}: order`);
          for (const place of entry.highlights) {
            const [text] = textsOf((side === 'projects' ? projects : needs).get(entry.id), place.field);
            assert.ok(place.start < place.end && place.end <= Buffer.byteLength(text), `${entry.id} ${JSON.stringify(place)}`);
            assert.ok(!slice(text, place).includes('\ufffd'), `${entry.id} ${place.field}: cut inside a character`);
          }
        });
      }
  });

  test('pages put together are the whole list, for search and for matches', async () => {
    for (const [target, of] of [
      ['/v1/search?q=battery', 'hits'],
      ['/v1/search?side=needs', 'hits'],
      ['/v1/needs/fx:n0001/matches?explain=none', 'matches'],
      ['/v1/projects/fx:p0001/matches?explain=none', 'matches'],
    ]) {
      const glue = target.includes('?') ? '&' : '?';
      const whole = (await server.get(`${target}${glue}limit=20`)).json[of];
      const pages = [];
      for (let offset = 0; offset < 20; offset += 5) pages.push(...(await server.get(`${target}${glue}limit=5&offset=${offset}`)).json[of]);
      assert.deepEqual(pages, whole, target);
      assert.ok(whole.length > 5, target);
    }
  });

  test('filters: codes and names mean the same, alternatives add up, what is found fits', async () => {
    const total = async (query) => (await server.get(`/v1/search?${query}`)).json.total;
    assert.equal(await total('country=DE'), [...projects.values()].filter((record) => record.country === 'DE').length);
    for (const name of [q('德国'), 'germany', 'de', 'DEU']) assert.equal(await total(`country=${name}`), await total('country=DE'), name);
    assert.equal(await total('country=DE,JP'), (await total('country=DE')) + (await total('country=JP')));
    assert.equal(await total('country=DE&country=JP'), await total('country=DE,JP'));
    assert.equal(await total('country=EU'), await total('group=EU'));
    assert.equal(await total(`field=${q('电池')}`), await total('field=energy.battery'));
    assert.ok((await total('field=energy')) > (await total('field=energy.battery')));
    assert.equal(await total('trl_min=5&trl_max=5'), [...projects.values()].filter((record) => record.trl === 5).length);
    assert.equal(await total(`side=needs&park=${q('海淀')}`), [...needs.values()].filter((record) => record.enterprise?.park === 'haidian').length);
    assert.equal(await total('mode=jv'), [...projects.values()].filter((record) => record.coop_modes?.includes('jv')).length);
    const { json } = await server.get('/v1/needs/fx:n0001/matches?country=DE,JP&trl_min=5&limit=100');
    assert.ok(json.matches.length > 0);
    for (const { project } of json.matches) assert.ok(['DE', 'JP'].includes(project.country) && project.trl >= 5, project.id);
    const posted = await server.post('/v1/match', { need: needs.get('fx:n0001'), filters: { country: ['DE', '日本'], trl_min: 5 }, limit: 100 });
    assert.deepEqual(posted.json.matches.map((match) => match.project.id), json.matches.map((match) => match.project.id));
  });

  test('every record is there by its id, as imported', async () => {
    for (const [side, all] of [['projects', projects], ['needs', needs]])
      for (const [id, record] of all) {
        const { json } = await server.get(`/v1/${side}/${id}`);
        for (const ours of ['generation', 'duplicates', 'suggested']) delete json[ours];
        assert.deepEqual(withoutEmpty(json), withoutEmpty(record));
      }
    assert.equal((await server.get('/v1/projects/fx%3Ap0001')).json.id, 'fx:p0001');
    assert.equal((await server.get('/v1/projects/fx:n0001')).status, 404, 'a need is no project');
  });

  // Both languages say the same things, in words of their own; figures are quoted from where they stand.
  function checkExplanation(match, pair, what) {
    for (const part of ['reasons', 'questions']) {
      assert.equal(match[part].zh.length, match[part].en.length, `${what}: ${part}`);
      match[part].zh.forEach((line) => assert.match(line, /[\u4e00-\u9fff].*[。？]$/, `${what}: ${line}`));
      match[part].en.forEach((line) => assert.match(line, /[A-Za-z].*[.?]$/, `${what}: ${line}`));
      for (const line of [...match[part].zh, ...match[part].en]) assert.doesNotMatch(line, /\{\d\}|undefined|null|NaN|  |（）|\(\)|“”/, `${what}: ${line}`);
    }
    assert.ok(match.reasons.zh.length >= 1 && match.reasons.zh.length <= 5, what);
    for (const said of [...match.flags, ...match.policy, ...match.landing]) assert.ok(/[\u4e00-\u9fff]/.test(said.zh) && /[A-Za-z]/.test(said.en), `${what}: ${JSON.stringify(said)}`);
    for (const finding of match.indicators)
      for (const [whose, of] of Object.entries(pair)) {
        const reading = finding[whose];
        if (reading?.text === undefined) continue;
        assert.ok(textsOf(of, reading.field).some((text) => slice(text, reading) === reading.text), `${what}: ${whose} ${JSON.stringify(reading)}`);
      }
    for (const line of [...match.questions.zh, ...match.questions.en].filter((line) => !/^“|^What value/.test(line))) assert.doesNotMatch(line, /万元|CNY|预算 ?[0-9]|budget of/, `${what} tells a budget or price: ${line}`);
  }

  // Contributions add up to each side's score, the score is their harmonic mean, quotations are what the records say.
  function checkMatch(match, pair, what) {
    for (const view of Object.values(match.sides))
      assert.equal(view.signals.reduce((sum, signal) => sum + signal.contribution, 0), view.score, `${what}: contributions`);
    const { enterprise, owner } = match.sides;
    const sum = enterprise.score + owner.score;
    assert.equal(match.score, sum === 0 ? 0 : Number((2n * BigInt(enterprise.score) * BigInt(owner.score)) / BigInt(sum)), `${what}: harmonic mean`);
    for (const term of match.terms)
      for (const [whose, of] of Object.entries(pair))
        assert.ok(
          textsOf(of, term[whose].field).some((text) => slice(text, term[whose]) === term[whose].text),
          `${what}: ${whose} ${JSON.stringify(term[whose])}`,
        );
    checkExplanation(match, pair, what);
  }

  async function checkLists(served, theirNeeds, theirProjects) {
    let checked = 0;
    for (const [side, other, all] of [['needs', 'project', theirNeeds], ['projects', 'need', theirProjects]])
      for (const [id, record] of all) {
        const { json } = await served.get(`/v1/${side}/${id}/matches?limit=5&explain=full`);
        assert.equal(json[side === 'needs' ? 'need' : 'project'], id);
        json.matches.forEach((match, i) => {
          const what = `${id} ~ ${match[other].id}`;
          assert.equal(match.rank, i + 1, what);
          if (i > 0) assert.ok(match.score <= json.matches[i - 1].score, `${what}: order`);
          checkMatch(match, side === 'needs' ? { need: record, project: theirProjects.get(match.project.id) } : { need: theirNeeds.get(match.need.id), project: record }, what);
          checked++;
        });
      }
    return checked;
  }

  test('matches of every need and project: order, sums, quotations', async () => {
    assert.ok((await checkLists(server, needs, projects)) > 1000);
  });

  test('matches of generated records: order, sums, quotations', async () => {
    const generated = temporary('generated');
    run('qiao-generate', '--projects', '300', '--needs', '60', '--bilingual', '30', '--seed', '7', '--out', generated);
    const files = ['projects', 'needs'].map((side) => path.join(generated, `${side}.ndjson`));
    run('qiao-indexer', 'import', '--data', path.join(generated, 'data'), ...files);
    run('qiao-indexer', 'build', '--data', path.join(generated, 'data'));
    const [theirProjects, theirNeeds] = files.map((file) => new Map(records(file).map((record) => [record.id, record])));
    const served = await Server.start('qiao-api', path.join(generated, 'data'));
    assert.ok((await checkLists(served, theirNeeds, theirProjects)) > 500);
    assert.equal(await served.stop(), 0);
    fs.rmSync(generated, { recursive: true });
  });

  test('any pair has its match object, the same as in the list', async () => {
    for (const id of [...needs.keys()].filter((_, i) => i % 9 === 0)) {
      const { json } = await server.get(`/v1/needs/${id}/matches?limit=50`);
      for (const match of json.matches.filter((_, i) => i % 7 === 0)) {
        const pair = (await server.get(`/v1/pairs/${id}/${match.project.id}`)).json;
        for (const name of Object.keys(match)) assert.deepEqual(pair[name], match[name], `${id} ${match.project.id} ${name}`);
      }
      const listed = new Set(json.matches.map((match) => match.project.id));
      const [other] = [...projects.keys()].filter((project) => !listed.has(project));
      const pair = (await server.get(`/v1/pairs/${id}/${q(other)}?explain=full`)).json;
      assert.equal(pair.rank, null);
      checkExplanation(pair, { need: needs.get(id), project: projects.get(other) }, `${id} ${other}`);
    }
    assert.equal((await server.get('/v1/pairs/fx:n0001/fx:p9999')).status, 404);
    assert.equal((await server.get('/v1/pairs/fx:n9999/fx:p0001')).status, 404);
    assert.equal((await server.get('/v1/pairs/fx:n0001')).status, 404);
    for (const rank of ['0', '51', 'x']) assert.equal((await server.get(`/v1/pairs/fx:n0001/fx:p0001?rank=${rank}`)).json.errors[0].parameter, 'rank');
  });

  test('what is kept out, by which gate, and which single change would let it in', async () => {
    let shut = 0, near = 0;
    for (const id of [...needs.keys()].slice(0, 60)) {
      const listed = (await server.get(`/v1/needs/${id}/matches?limit=50&explain=none`)).json.matches;
      const { json } = await server.get(`/v1/needs/${id}/excluded?limit=200&rank=3`);
      assert.ok(json.excluded.length === Math.min(json.excluded_total, 200) && json.near.length === json.near_total, id);
      for (const one of json.excluded.slice(0, 5)) {
        assert.ok(one.gate !== null && one.rank === null && !listed.some((match) => match.project.id === one.project.id), id);
        const pair = (await server.get(`/v1/pairs/${id}/${q(one.project.id)}?explain=none&rank=3`)).json;
        for (const name of ['gate', 'score', 'changes', 'weak', 'target']) assert.deepEqual(pair[name], one[name], `${id} ${one.project.id} ${name}`);
        for (const change of one.changes) assert.equal(change.code, one.gate);
        shut++;
      }
      for (const one of json.near) {
        const place = listed.findIndex((match) => match.project.id === one.project.id);
        assert.ok(one.gate === null && !(place >= 0 && place < 3), `${id} ${one.project.id} stands there already`);
        assert.equal(one.target.score, listed[2].score);
        one.changes.forEach((change, i) => {
          assert.ok(change.rank <= 3 && change.score >= one.target.score && change.score > one.score, `${id} ${JSON.stringify(change)}`);
          if (i > 0) assert.ok(change.size >= one.changes[i - 1].size, 'the smallest first');
        });
        near++;
      }
    }
    assert.ok(shut > 20 && near > 0, `${shut} kept out, ${near} near`);
  });

  test('a change that is said to help, helps', async () => {
    let tried = 0;
    for (const id of [...needs.keys()]) {
      const { json } = await server.get(`/v1/needs/${id}/excluded?rank=3`);
      for (const one of json.near)
        for (const change of one.changes) {
          const project = structuredClone(projects.get(one.project.id));
          if (change.code === 'coop_mode') project.coop_modes = needs.get(id).coop_modes;
          else if (change.code === 'trl') project.trl = needs.get(id).trl_min ?? needs.get(id).trl_max;
          else continue;
          const { json: after } = await server.post('/v1/match', { project, limit: 1000, explain: 'none' });
          const match = after.matches.find((found) => found.need.id === id);
          const before = (await server.post('/v1/match', { project: projects.get(one.project.id), limit: 1000, explain: 'none' })).json.matches.find((found) => found.need.id === id);
          if (match && before) assert.ok(match.score > before.score, `${id} ${one.project.id} ${change.en}`);
          tried++;
        }
    }
    assert.ok(tried > 0);
  });

  test('policy can be left out, and profiles are named', async () => {
    for (const id of [...needs.keys()].slice(0, 20)) {
      const { json } = await server.get(`/v1/needs/${id}/matches?limit=5&policy=false`);
      for (const match of json.matches) for (const signal of match.sides.enterprise.signals) if (['park_field', 'park_country', 'country_group'].includes(signal.code)) assert.equal(signal.contribution, 0);
    }
    assert.match((await server.get('/v1/needs/fx:n0001/matches?profile=default')).json.profile, /^default:\d{4}-\d\d-\d\d:[0-9a-f]{16}$/);
    assert.equal((await server.get('/v1/needs/fx:n0001/matches?profile=nosuch')).status, 400);
    assert.equal((await server.post('/v1/match', { text: '电池', policy: false, profile: 'default' })).status, 200);
  });

  test('a posted record is ranked as the same record of the catalogue', async () => {
    for (const id of [...needs.keys()].slice(0, 40)) {
      const stored = (await server.get(`/v1/needs/${id}/matches?limit=10&explain=none`)).json;
      for (const body of [{ need: needs.get(id) }, needs.get(id)]) {
        const posted = (await server.post('/v1/match', { ...body, limit: 10, explain: 'none' })).json;
        assert.deepEqual(posted.matches, stored.matches, id);
      }
    }
    const project = projects.get('fx:p0001');
    const stored = (await server.get('/v1/projects/fx:p0001/matches?limit=10')).json;
    assert.deepEqual((await server.post('/v1/match', { project, limit: 10 })).json.matches, stored.matches);
  });

  test('a text is matched as a need, and its words are quoted from it', async () => {
    const text = '我们是一家做动力电池的企业，寻找室温离子电导率不低于3 mS/cm的硫化物固态电解质薄膜，可卷对卷连续生产。';
    const { json } = await server.post('/v1/match', { text, limit: 5, explain: 'full' });
    assert.equal(json.need, null);
    assert.equal(json.matches[0].project.id, 'fx:p0001');
    for (const match of json.matches) for (const term of match.terms) assert.equal(slice(text, term.need), term.need.text);
    assert.ok(json.matches[0].terms.length > 0);
    const none = await server.post('/v1/match', { text, explain: 'none' });
    assert.ok(none.json.matches.every((match) => match.terms === undefined));
    for (const odd of ['？？？', 'zzzzqqqq', '的', '🙂', 'a', '\u202e', 'AND OR NOT * ( "'])
      assert.equal((await server.post('/v1/match', { text: odd })).status, 200, odd);
    for (const odd of ['？？？', 'AND OR (', '"', '*', 'a:b', '\t', 'NEAR/0 ]', '%'])
      assert.equal((await server.get(`/v1/search?q=${q(odd)}`)).status, 200, odd);
  });

  test('the same question has the same answer, asked once or from many sides at once', async () => {
    const ask = (i) => (i % 2 ? server.get('/v1/needs/fx:n0003/matches?limit=20') : server.post('/v1/match', { text: '低温烧结 氧化物 电解质', limit: 20 }));
    const first = [await ask(0), await ask(1)].map((reply) => reply.body.toString());
    const many = await Promise.all(Array.from({ length: 60 }, (_, i) => ask(i)));
    many.forEach((reply, i) => assert.equal(reply.body.toString(), first[i % 2]));
  });

  test('ETag: the same answer is not sent twice', async () => {
    const targets = ['/v1/about', '/v1/openapi.json', '/v1/search?q=battery', '/v1/suggest?q=battery', '/v1/projects/fx:p0001', '/v1/needs/fx:n0001', '/v1/needs/fx:n0001/matches', '/v1/projects/fx:p0001/matches', '/v1/pairs/fx:n0001/fx:p0001', '/v1/needs/fx:n0001/excluded'];
    const tags = new Set();
    for (const target of targets) {
      const { etag } = (await server.get(target)).headers;
      tags.add(etag);
      for (const header of [etag, `W/${etag}`, `"other", ${etag}`]) {
        const again = await server.get(target, { 'If-None-Match': header });
        assert.deepEqual([again.status, again.headers.etag], [304, etag], `${target} ${header}`);
      }
      assert.equal((await server.request('HEAD', target, { headers: { 'If-None-Match': etag } })).status, 304);
      for (const header of ['"other"', 'nonsense', etag.slice(0, -1)]) assert.equal((await server.get(target, { 'If-None-Match': header })).status, 200, header);
    }
    assert.equal(tags.size, targets.length);
    const broken = await server.get('/v1/search?limit=0', { 'If-None-Match': [...tags][0] });
    assert.deepEqual([broken.status, broken.headers.etag], [400, undefined]);
  });

  test('nothing unknown or malformed is passed over: every place is named', async () => {
    const places = async (target) => {
      const reply = await server.get(target);
      assert.deepEqual([reply.status, reply.json.code], [400, 'bad_parameter'], target);
      return reply.json.errors.map((error) => error.parameter);
    };
    for (const target of ['/?a=1', '/livez?a=1', '/readyz?a=1', '/v1/about?a=1', '/v1/openapi.json?a=1', '/v1/projects/fx:p0001?a=1', '/v1/needs/fx:n0001?a=1'])
      assert.deepEqual(await places(target), ['a'], target);
    for (const [query, names] of [
      ['quer=x', ['quer']],
      ['q=a&q=b', ['q']],
      ['side=people', ['side']],
      ['limit=0', ['limit']],
      ['limit=201', ['limit']],
      ['limit=1e2', ['limit']],
      ['limit=+5', ['limit']],
      ['limit=', ['limit']],
      ['limit', ['limit']],
      ['offset=-1', ['offset']],
      ['offset=10001', ['offset']],
      ['offset=9990&limit=20', ['offset']],
      ['trl_min=0', ['trl_min']],
      ['trl_min=10', ['trl_min']],
      ['trl_min=7&trl_max=3', ['trl_max']],
      ['country=Germanie', ['country']],
      ['country=', ['country']],
      ['country=DE,,FR', ['country']],
      ['group=NATOO&field=x.y&park=moon&mode=gift', ['group', 'field', 'park', 'mode']],
      ['translate=maybe', ['translate']],
      ['explain=full', ['explain']],
      [`q=${'a'.repeat(2001)}`, ['q']],
      ['limit=%zz', ['limit']],
      ['q=%ff', ['q']],
      ['q=%00', ['q']],
      ['Q=a', ['Q']],
    ])
      assert.deepEqual(await places(`/v1/search?${query}`), names, query);
    assert.deepEqual(await places('/v1/needs/fx:n0001/matches?limit=1001&explain=all&text_only=x&side=needs'), ['limit', 'explain', 'text_only', 'side']);
    assert.deepEqual(await places('/v1/projects/fx:p0001/matches?q=x'), ['q']);
    assert.deepEqual(await places(`/v1/suggest?limit=21&side=all&country=DE&q=${'a'.repeat(2001)}`), ['limit', 'side', 'country', 'q']);
    assert.deepEqual(await places('/v1/suggest?q=%ff'), ['q']);
    assert.equal((await server.get('/v1/search?%zz=1')).json.code, 'bad_request');
    const near = (await server.get('/v1/search?country=Germani')).json.errors[0];
    assert.match(near.detail, /DE/);
    assert.equal(near.value, 'Germani');
    const many = await server.get(`/v1/search?${Array.from({ length: 40 }, (_, i) => `x${i}=1`).join('&')}`);
    assert.deepEqual([many.json.errors.length, many.json.errors_total], [16, 40]);
  });

  test('the body of a match: whatever is wrong is pointed at', async () => {
    const pointers = async (value, code = 'bad_body') => {
      const reply = await server.post('/v1/match', value);
      assert.deepEqual([reply.status, reply.json.code], [400, code], JSON.stringify(value).slice(0, 80));
      return (reply.json.errors ?? []).map((error) => error.pointer);
    };
    for (const [value, expected] of [
      [{}, ['']],
      [{ limit: 3 }, ['']],
      [{ text: 'a', need: {} }, ['']],
      [{ text: '' }, ['/text']],
      [{ text: ' \n\t' }, ['/text']],
      [{ text: 5 }, ['/text']],
      [{ need: 'x' }, ['/need']],
      [{ text: 'a', limit: 0 }, ['/limit']],
      [{ text: 'a', limit: '5' }, ['/limit']],
      [{ text: 'a', limit: 1.5 }, ['/limit']],
      [{ text: 'a', limit: 1e300 }, ['/limit']],
      [{ text: 'a', limit: null, explain: 1, text_only: 'yes', offset: -1 }, ['/limit', '/explain', '/text_only', '/offset']],
      [{ text: 'a', colour: 'red' }, ['/colour']],
      [{ text: 'a', filters: [] }, ['/filters']],
      [{ text: 'a', filters: { country: 'XX', colour: 'red', trl_min: 'a', park: [1] } }, ['/filters/country', '/filters/colour', '/filters/trl_min', '/filters/park']],
      [{ text: 'a', filters: { trl_min: 5, trl_max: 4 } }, ['/trl_max']],
      [{ need: { problem: { zh: '没有标题' } } }, ['/need/title']],
      [{ need: { title: { zh: '标题' }, trl_min: 14 } }, ['/need/trl_min']],
      [{ need: { kind: 'project', title: { zh: '标题' } } }, ['/need/kind']],
      [{ title: { zh: '标题' }, fields: ['no.such'] }, ['/fields/0']],
      [{ title: 5 }, ['/title']],
    ])
      assert.deepEqual(await pointers(value), expected, JSON.stringify(value));
    for (const text of ['', ' ', '{', '[]', '"a"', 'null', '{"text":"a"} x', '{"text":"a"', "{'text':'a'}", '{"text":"a\\u0000b"}', `{"a":${'['.repeat(50)}${']'.repeat(50)}}`, '\ufffe{}', '{"text":"a",}'])
      await pointers(text);
    await pointers(Buffer.from([0x7b, 0x22, 0x74, 0x65, 0x78, 0x74, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d]));
    assert.deepEqual(await pointers('{"text":"a","text":"b"}'), ['']);
    assert.deepEqual(await pointers('{"text":"a","limit":3,"limit":4}'), ['/limit']);
    assert.deepEqual(await pointers('{"text":"a","filters":{},"filters":{}}'), ['/filters']);
    assert.equal((await server.post('/v1/match?limit=3', { text: 'a' })).json.errors[0].parameter, 'limit');
    const zh = await server.post('/v1/match', { need: { title: { zh: '标题' }, trl_min: 14 } }, { 'Accept-Language': 'zh' });
    assert.match(zh.json.errors[0].detail, /[\u4e00-\u9fff]/);
  });

  test('what a posted record brings that the schema does not know is told in the answer', async () => {
    const { json } = await server.post('/v1/match', { need: { title: { zh: '固态电池' }, colour: 'red' } });
    if (json.warnings) for (const warning of json.warnings) assert.match(warning.pointer, /^\/need\//);
    assert.ok(json.matches.length > 0);
  });

  test('only JSON is taken, uncompressed, and not too much of it', async () => {
    const body = '{"text":"电池"}';
    for (const type of ['application/json', 'application/json; charset=utf-8', 'Application/JSON', 'application/vnd.need+json'])
      assert.equal((await server.request('POST', '/v1/match', { headers: { 'Content-Type': type }, body })).status, 200, type);
    for (const headers of [{}, { 'Content-Type': 'text/plain' }, { 'Content-Type': 'application/x-www-form-urlencoded' }, { 'Content-Type': 'application/jsonx' }, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }])
      assert.equal((await server.request('POST', '/v1/match', { headers, body })).json.code, 'unsupported_media_type', JSON.stringify(headers));
    const large = await server.post('/v1/match', { text: '电'.repeat(400000) });
    assert.equal(large.status, 413);
    const long = await server.post('/v1/match', { text: '固态电池 '.repeat(22000) });
    assert.deepEqual([long.status, long.json.cut], [200, true], 'a long text is cut, and the answer says so');
  });

  test('records that are not there', async () => {
    for (const target of ['/v1/projects/fx:none', '/v1/needs/fx:none', '/v1/projects/fx:none/matches', '/v1/needs/fx:none/matches']) {
      const reply = await server.get(target, { 'Accept-Language': 'zh' });
      assert.deepEqual([reply.status, reply.json.code, reply.json.instance], [404, 'not_found', target]);
      assert.match(reply.json.detail, /fx:none/);
    }
  });

  test('without a catalogue every question is a 503 that says what to do; the first one published is served', async () => {
    const young = temporary('young');
    const early = await Server.start('qiao-api', young);
    for (const target of ['/readyz', '/v1/search', '/v1/suggest', '/v1/projects/x', '/v1/needs/x', '/v1/projects/x/matches', '/v1/needs/x/matches', '/v1/pairs/x/y', '/v1/needs/x/excluded', '/v1/projects/x/similar', '/v1/needs/x/similar', '/v1/exports/search', '/v1/exports/needs/x/matches'])
      assert.deepEqual([(await early.get(target)).status, (await early.get(target)).json.code], [503, 'no_generation'], target);
    assert.equal((await early.post('/v1/match', { text: 'x' })).status, 503);
    assert.equal((await early.post('/v1/lint', { text: 'x' })).status, 503);
    assert.equal((await early.get('/v1/about')).json.catalogue, null);
    run('qiao-indexer', 'import', '--data', young, fixtures('projects')[0], fixtures('needs')[0]);
    run('qiao-indexer', 'build', '--data', young);
    await until(async () => (await early.get('/readyz')).status === 200, 'the first generation', 30000);
    assert.ok((await early.get(`/v1/search?q=${q('电池')}`)).json.total > 0);
    assert.equal(await early.stop(), 0);
    fs.rmSync(young, { recursive: true });
  });

  test('a damaged generation: one clear message at the start, and a served one goes on', async () => {
    const damaged = temporary('damaged');
    fs.cpSync(data, damaged, { recursive: true });
    const file = path.join(damaged, 'catalog/gen-0000000001/records.mdb');
    const bytes = fs.readFileSync(file);
    bytes.fill(0xa5, bytes.length / 2, bytes.length / 2 + 4096);
    fs.writeFileSync(file, bytes);
    const refused = await Server.start('qiao-api', damaged);
    assert.equal(await refused.ended, 1);
    assert.match(refused.stderr, /^qiao-api: .*records\.mdb.*\n {2}.*(verify|rollback|build).*\n$/);
    fs.rmSync(damaged, { recursive: true });
    assert.ok(fs.existsSync(path.join(build, 'bin/qiao-api')));
  });
});
