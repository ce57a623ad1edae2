// Why not: projects that a rule kept out of a need's list, and those just below it, each with the smallest change that would bring it in.
import { get, recordPath } from '../api.js';
import { number, shortLanguage, t } from '../i18n.js';
import { useData } from '../hooks.js';
import { href } from '../router.js';
import { html, useState } from '../vendor/preact.js';
import { Band, points } from './match.js';
import { Foreign, Facts, Loading, ProblemNote } from './parts.js';

const FIRST = 10;

/** @param {{id: string}} props of a need */
export function Excluded({ id }) {
  const [limit, setLimit] = useState(FIRST);
  const { data, problem, again } = useData((signal) => get(`${recordPath('needs', id)}/excluded`, { limit }, signal), [id, limit]);
  if (problem) return html`<${ProblemNote} problem=${problem} again=${again} />`;
  if (!data) return html`<${Loading} />`;
  const more = Math.max(data.excluded_total, data.near_total) > limit;
  return html`
    <p class="note calm">${t('excluded.lead')}</p>
    <${Group} title=${t('excluded.gated', { total: number(data.excluded_total) })} rows=${data.excluded} need=${id} none=${t('excluded.gated_none')} />
    <${Group} title=${t('excluded.near', { total: number(data.near_total) })} rows=${data.near} need=${id} none=${t('excluded.near_none')} />
    ${more && html`<div class="pages"><button type="button" onClick=${() => setLimit(Math.min(200, limit * 4))}>${t('ranked.more')}</button></div>`}
  `;
}

function Group({ title, rows, need, none }) {
  return html`
    <section class="kept-out">
      <h2>${title}</h2>
      ${rows.length === 0 && html`<p class="small">${none}</p>`}
      <ul class="hits">${rows.map((row) => html`<${Row} key=${row.project.id} row=${row} need=${need} />`)}</ul>
    </section>
  `;
}

function Row({ row, need }) {
  const lang = shortLanguage();
  return html`
    <li class="hit">
      <h3><a href=${href(['pairs', need, row.project.id])}><${Foreign} of=${row.project.title} /></a></h3>
      <p class="match-line">${row.gate ? html`<span class="badge bad">${t(`gate.${row.gate}`)}</span>` : html`<${Band} band=${row.band} />`}<span class="small number">${t('match.score')} ${points(row.score)}</span></p>
      <${Facts} record=${row.project} />
      ${row.weak?.length > 0 && html`<p class="small">${t('excluded.weak')}${row.weak.slice(0, 3).map((one) => `${t(`signal.${one.code}`)} ${number(one.value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}${t('lost', { points: points(one.lost) })}`).join(t('semicolon'))}</p>`}
      ${row.changes?.length > 0 ? html`<p><b>${t('excluded.change')}</b>${row.changes.slice(0, 2).map((change) => t('excluded.would', { change: change[lang], rank: change.rank })).join(t('semicolon'))}</p>` : html`<p class="small">${t('excluded.no_change', { rank: number(row.target.rank) })}</p>`}
    </li>
  `;
}
