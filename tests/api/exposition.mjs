// A strict reader of the text format of Prometheus, version 0.0.4: what it takes, a scraper takes.
import assert from 'node:assert/strict';

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

function readLabels(text, line) {
  const labels = {};
  for (let at = 0; at < text.length; ) {
    const found = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/.exec(text.slice(at));
    assert.ok(found, `labels cannot be read: ${line}`);
    assert.ok(!(found[1] in labels), `a label twice: ${line}`);
    labels[found[1]] = found[2].replaceAll('\\n', '\n').replaceAll('\\"', '"').replaceAll('\\\\', '\\');
    at += found[0].length;
  }
  return labels;
}

function checkHistogram(name, samples) {
  const series = new Map();
  for (const sample of samples) {
    const { le, ...rest } = sample.labels;
    const key = JSON.stringify(rest);
    if (!series.has(key)) series.set(key, { buckets: [] });
    const one = series.get(key);
    if (sample.name === `${name}_bucket`) one.buckets.push([le === '+Inf' ? Infinity : Number(le), sample.value]);
    else one[sample.name.slice(name.length + 1)] = sample.value;
  }
  for (const [key, { buckets, sum, count }] of series) {
    assert.ok(sum !== undefined && count !== undefined, `${name}${key} lacks _sum or _count`);
    assert.equal(buckets.at(-1)[0], Infinity, `${name}${key} has no bucket +Inf at its end`);
    assert.equal(buckets.at(-1)[1], count, `${name}${key}: +Inf is not the count`);
    for (let i = 1; i < buckets.length; i++) assert.ok(buckets[i][0] > buckets[i - 1][0] && buckets[i][1] >= buckets[i - 1][1], `${name}${key}: buckets fall`);
  }
}

// Map of family name to {type, help, samples: [{name, labels, value}]}.
export function parseExposition(text) {
  assert.ok(text.endsWith('\n'), 'the last line ends with a line feed');
  const families = new Map(), seen = new Set();
  let current = null;
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, what, name, rest] = comment;
      assert.match(name, NAME);
      if (current?.name !== name) {
        assert.ok(!families.has(name), `${name}: its lines do not stand together`);
        current = { name, samples: [] };
        families.set(name, current);
      }
      assert.ok(!(what.toLowerCase() in current) && current.samples.length === 0, line);
      if (what === 'TYPE') assert.ok(['counter', 'gauge', 'histogram', 'summary', 'untyped'].includes(rest), line);
      current[what.toLowerCase()] = rest;
      continue;
    }
    const sample = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    assert.ok(sample, `no sample: ${line}`);
    assert.match(sample[1], NAME);
    const base = current?.type === 'histogram' ? sample[1].replace(/_(bucket|sum|count)$/, '') : sample[1];
    assert.equal(base, current?.name, `${line} stands outside of its family`);
    const labels = readLabels(sample[2] ?? '', line);
    const value = sample[3] === '+Inf' ? Infinity : Number(sample[3]);
    assert.ok(!Number.isNaN(value), line);
    assert.ok(!seen.has(sample[1] + JSON.stringify(labels)), `twice: ${line}`);
    seen.add(sample[1] + JSON.stringify(labels));
    if (current.type === 'counter') assert.ok(sample[1].endsWith('_total') && value >= 0, line);
    current.samples.push({ name: sample[1], labels, value });
  }
  for (const family of families.values()) {
    assert.ok(family.type && family.help && family.samples.length > 0, `${family.name} lacks type, help or samples`);
    if (family.type === 'histogram') checkHistogram(family.name, family.samples);
  }
  return families;
}
