// A desk with keys of every kind over a small catalogue of its own: what the tests of the desk begin with.
import fs from 'node:fs';
import path from 'node:path';
import { Server, fixtures, run, temporary } from './harness.mjs';

export const OWN = '甲科技有限公司';
export const OTHER = '乙材料有限公司';

export class Desk {
  // records: beside the first file of the fixtures' projects.
  static async start(name, records = [], options = ['--public']) {
    const desk = new Desk();
    desk.data = temporary(name);
    desk.keys = {};
    const extra = path.join(desk.data, 'extra.ndjson');
    fs.writeFileSync(extra, [...desk.standard(), ...records].map((record) => JSON.stringify(record)).join('\n') + '\n');
    run('qiao-indexer', 'import', '--data', desk.data, fixtures('projects')[0], extra);
    run('qiao-indexer', 'build', '--data', desk.data);
    desk.key('staff', '--role', 'staff');
    desk.key('haidian', '--role', 'staff', '--park', 'haidian');
    desk.key('changping', '--role', 'staff', '--park', 'changping');
    desk.key('own', '--role', 'enterprise', '--org', OWN);
    desk.key('other', '--role', 'enterprise', '--org', OTHER);
    desk.key('job', '--role', 'job');
    desk.server = await Server.start('qiao-api', desk.data, options);
    return desk;
  }

  // t:own and t:other stand in two parks; t:open is for everybody, t:closed for the inside, t:kept keeps its organisation back.
  standard() {
    const record = (id, kind, more) => ({ id, kind, title: { zh: '固态电池电解质', en: 'Solid electrolyte' }, ...more });
    return [
      record('t:own', 'need', { enterprise: { name: OWN, uscc: '91110000MA0000001X', park: 'haidian' }, problem: { zh: '需要硫化物固态电解质薄膜' }, decision_owner: '总工' }),
      record('t:other', 'need', { enterprise: { name: OTHER, uscc: '91110000MA0000002X', park: 'changping' }, problem: { zh: '需要硫化物固态电解质薄膜与独门配方' }, decision_owner: '董事长' }),
      record('t:open', 'project', { summary: { en: 'Sulfide solid electrolyte film' }, country: 'DE', trl: 6 }),
      record('t:closed', 'project', { summary: { en: 'Sulfide solid electrolyte film, not for all' }, visibility: 'staff' }),
      record('t:kept', 'project', { summary: { en: 'Sulfide electrolyte powder' }, org_name: 'Hidden Labs', org_confidential: true, source: { channel: 'private channel' } }),
    ];
  }

  key(name, ...options) {
    this.keys[name] = run('qiao-api', 'key', 'create', '--data', this.data, ...options).trim().split('\n').at(-1);
    return this.keys[name];
  }

  as(role) {
    return role === 'public' ? {} : { Authorization: `Bearer ${this.keys[role]}` };
  }

  ask(role, method, target, value, headers = {}) {
    const body = value === undefined ? undefined : JSON.stringify(value);
    return this.server.request(method, target, { headers: { ...this.as(role), ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers }, body });
  }

  get(role, target, headers) {
    return this.ask(role, 'GET', target, undefined, headers);
  }

  async stop() {
    const code = await this.server.stop();
    fs.rmSync(this.data, { recursive: true });
    return code;
  }
}
