// Coverage: how far proposals went, where needs lack projects and projects lack needs, how the feeds are, what the last night did.
import { get } from '../api.js';
import { download } from '../download.js';
import { BarChart } from '../components/bar_chart.js';
import { Export } from '../components/export.js';
import { HeatTable } from '../components/heat_table.js';
import { Loading, ProblemNote } from '../components/parts.js';
import { useData, useTitle } from '../hooks.js';
import { date, number, shortLanguage, t } from '../i18n.js';
import { href, replaceParams, useRoute } from '../router.js';
import { session } from '../session.js';
import { html, useState } from '../vendor/preact.js';

const FIRST_COUNTRIES = 12;

const dimensions = ['park', 'country', 'group', 'field', 'source', 'measure', 'month'];
const figures = ['supply', 'needs', 'strong', 'possible', 'suggested', 'accepted', 'contacted', 'negotiating', 'signed', 'landed', 'dropped'];
const gaps = ['needs_without_supply', 'supply_without_needs', 'needs', 'supply'];

/** @param {{code: string | null, zh: string, en: string}} row */
const named = (row) => row[shortLanguage()] || row.code || t('unknown');

export default function Coverage() {
  useTitle(t('nav.coverage'));
  return html`
    <h1>${t('nav.coverage')}</h1>
    <div class="stack-wide">
      <${Monitoring} />
      <${Gaps} />
      <${Scouting} />
      ${!session.get().caller?.park && html`<${Feeds} /><${Nights} />`}
    </div>
  `;
}

function Monitoring() {
  const { params } = useRoute();
  const by = dimensions.includes(params.by) ? params.by : 'park';
  const { data, problem, again } = useData((signal) => get('v1/reports/monitoring', { by, from: params.from, to: params.to }, signal), [by, params.from, params.to]);
  return html`
    <section class="card" aria-label=${t('coverage.monitoring')}>
      <div class="title-line"><h2>${t('coverage.monitoring')}</h2><${Export} path="v1/reports/monitoring" name="monitoring" query=${{ by, from: params.from, to: params.to }} formats=${['csv', 'svg']} print=${false} /></div>
      <div class="tools">
        <label class="sort"><span>${t('coverage.by')}</span><select value=${by} onChange=${(event) => replaceParams({ by: event.target.value })}>${dimensions.map((name) => html`<option value=${name}>${t(`by.${name}`)}</option>`)}</select></label>
        ${['from', 'to'].map((name) => html`<label class="sort"><span>${t(`coverage.${name}`)}</span><input type="date" value=${params[name] ?? ''} onChange=${(event) => replaceParams({ [name]: event.target.value })} /></label>`)}
      </div>
      ${problem ? html`<${ProblemNote} problem=${problem} again=${again} />` : !data ? html`<${Loading} />` : html`
        <${Funnel} stages=${data.funnel} />
        <${Chart} by=${by} rows=${data.rows} />
        <div class="scroll" tabindex="0" role="region" aria-label=${t('coverage.monitoring')}>
          <table class="rows counts">
            <thead><tr><th scope="col">${t(`by.${by}`)}</th>${figures.map((name) => html`<th scope="col">${t(`figure.${name}`)}</th>`)}</tr></thead>
            <tbody>${data.rows.map((row) => html`<tr key=${row.code}><th scope="row">${named(row)}</th>${figures.map((name) => html`<td class="number">${row.figures[name] == null ? t('facts.none') : number(row.figures[name])}</td>`)}</tr>`)}</tbody>
            <tfoot><tr><th scope="row">${t('coverage.total')}</th>${figures.map((name) => html`<td class="number">${data.total.figures[name] == null ? t('facts.none') : number(data.total.figures[name])}</td>`)}</tr></tfoot>
          </table>
        </div>
        <p class="small">${t('coverage.none_is')}</p>`}
    </section>
  `;
}

const MOST_BARS = 20;

/** A figure of the rows as bars: months as they follow each other, others with the greatest first. Only what can be counted so is there to choose. @param {{by: string, rows: any[]}} props */
function Chart({ by, rows }) {
  const { params } = useRoute();
  const told = figures.filter((name) => rows.some((row) => row.code && row.figures[name] != null));
  const figure = told.includes(params.figure) ? params.figure : told.includes(by === 'month' ? 'suggested' : 'needs') ? (by === 'month' ? 'suggested' : 'needs') : told[0];
  if (!figure) return null;
  const known = rows.filter((row) => row.code);
  const shown = by === 'month' ? known.sort((a, b) => (a.code < b.code ? -1 : 1)) : known.sort((a, b) => (b.figures[figure] ?? 0) - (a.figures[figure] ?? 0)).slice(0, MOST_BARS);
  const name = t(`figure.${figure}`);
  return html`
    <div>
      <label class="sort"><span>${t('coverage.chart_of')}</span><select value=${figure} onChange=${(event) => replaceParams({ figure: event.target.value })}>${told.map((one) => html`<option value=${one}>${t(`figure.${one}`)}</option>`)}</select></label>
      ${shown.some((row) => row.figures[figure] > 0) && html`<${BarChart} caption=${t(known.length > shown.length ? 'coverage.chart_first' : 'coverage.chart', { by: t(`by.${by}`).toLowerCase(), figure: name, count: number(shown.length) })} fromEnd=${by === 'month'}
        bars=${shown.map((row) => ({ name: by === 'month' ? row.code : named(row), count: row.figures[figure] ?? null }))} />`}
    </div>
  `;
}

/** From suggested to landed: a bar for each stage, its number and share written beside it. */
function Funnel({ stages }) {
  return html`
    <table class="bars funnel"><caption>${t('coverage.funnel')}</caption>
      <thead class="visually-hidden"><tr><th scope="col">${t('queue.status')}</th><th scope="col">${t('match.bar')}</th><th scope="col">${t('coverage.count')}</th><th scope="col">${t('coverage.share')}</th></tr></thead>
      <tbody>${stages.map((stage) => html`
        <tr key=${stage.stage}><th scope="row">${t(`figure.${stage.stage}`)}</th>
          <td class="bar-cell"><svg class="bar-line" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width=${Math.max(stage.count > 0 ? 1 : 0, 100 * stage.share)} height="6" /></svg></td>
          <td class="number">${number(stage.count)}</td><td class="number small">${number(stage.share, { style: 'percent', maximumFractionDigits: 0 })}</td></tr>`)}</tbody>
    </table>
  `;
}

function Gaps() {
  const { params } = useRoute();
  const rows = params.rows === 'country' ? 'country' : 'park';
  const shown = gaps.includes(params.gap) ? params.gap : gaps[0];
  const { data, problem, again } = useData((signal) => get('v1/reports/gaps', { rows }, signal), [rows]);
  const count = (row, column) => row.cells.find((cell) => cell.field === column.code)?.[shown] ?? null;
  const link = (row, column) => {
    const side = shown.startsWith('needs') ? 'needs' : 'projects';
    return row.code && (rows === 'park') === (side === 'needs') ? href(['search'], { side, [rows]: row.code, field: column.code }) : href(['search'], { side, field: column.code });
  };
  return html`
    <section class="card" aria-label=${t('coverage.gaps')}>
      <div class="title-line"><h2>${t('coverage.gaps')}</h2><button type="button" onClick=${() => download('v1/reports/gaps', { rows, format: 'csv' }, 'gaps.csv')}>${t('export.csv')}</button></div>
      <p class="small">${t(`gap_is.${shown}`)}</p>
      <div class="tools">
        <label class="sort"><span>${t('coverage.rows')}</span><select value=${rows} onChange=${(event) => replaceParams({ rows: event.target.value })}>${['park', 'country'].map((name) => html`<option value=${name}>${t(`by.${name}`)}</option>`)}</select></label>
        <label class="sort"><span>${t('coverage.cell')}</span><select value=${shown} onChange=${(event) => replaceParams({ gap: event.target.value })}>${gaps.map((name) => html`<option value=${name}>${t(`gap.${name}`)}</option>`)}</select></label>
      </div>
      ${problem ? html`<${ProblemNote} problem=${problem} again=${again} />` : !data ? html`<${Loading} />` : html`
        <${HeatTable} caption=${t(`gap.${shown}`)} tone=${shown.includes('without') ? 'lack' : 'have'}
          rows=${data.items.map((row) => ({ ...row, name: named(row) }))} columns=${data.fields.filter((field) => data.items.some((row) => count(row, field) != null)).map((field) => ({ code: field.code, name: named(field) }))}
          value=${count} link=${link} />`}
    </section>
  `;
}

/** For the liaison offices abroad: what to look for in which country. */
function Scouting() {
  const [whole, setWhole] = useState(false);
  const { data, problem, again } = useData((signal) => get('v1/reports/scouting', {}, signal), []);
  if (problem) return html`<section class="card"><h2>${t('coverage.scouting')}</h2><${ProblemNote} problem=${problem} again=${again} /></section>`;
  if (!data) return html`<${Loading} />`;
  return html`
    <section class="card" aria-label=${t('coverage.scouting')}>
      <div class="title-line"><h2>${t('coverage.scouting')}</h2><button type="button" onClick=${() => download('v1/reports/scouting', { format: 'csv' }, 'scouting.csv')}>${t('export.csv')}</button></div>
      <p class="small">${t('coverage.scouting_is', { count: number(data.needs_without_supply) })}</p>
      ${data.countries.slice(0, whole ? undefined : FIRST_COUNTRIES).map((country) => html`
        <details key=${country.code}><summary><b>${named(country)}</b> <span class="small">${t('coverage.country', { linked: number(country.of_linked_parks), supply: number(country.supply) })}</span></summary>
          <ul class="small-matches">${country.fields.map((field) => html`
            <li key=${field.code}><b>${named(field)}</b> <span class="small">${t('coverage.lacking', { needs: number(field.needs_without_supply), supply: number(field.supply) })}${(field.measures ?? []).length > 0 && ` · ${t('coverage.measures', { numbers: field.measures.join(t('comma')) })}`}</span>
              <span class="small">${field.needs.map((id) => html`<a class="word" href=${href(['needs', id])}>${id}</a> `)}</span></li>`)}</ul>
        </details>`)}
      ${!whole && data.countries.length > FIRST_COUNTRIES && html`<button type="button" onClick=${() => setWhole(true)}>${t('filter.more', { count: number(data.countries.length - FIRST_COUNTRIES) })}</button>`}
      <ul class="small">${data.measures.map((measure) => html`<li key=${measure.code}>${t('coverage.measure', { number: measure.code })}${t('colon')}${measure[shortLanguage()]}</li>`)}</ul>
    </section>
  `;
}

function Feeds() {
  const { data, problem, again } = useData((signal) => get('v1/reports/feeds', {}, signal), []);
  const columns = ['read', 'new', 'changed', 'refused', 'withdrawn'];
  return html`
    <section class="card" aria-label=${t('coverage.feeds')}>
      <h2>${t('coverage.feeds')}</h2>
      ${problem ? html`<${ProblemNote} problem=${problem} again=${again} />` : !data ? html`<${Loading} />` : data.feeds.length === 0 ? html`<p class="small">${t('coverage.no_feeds')}</p>` : html`
        <div class="scroll" tabindex="0" role="region" aria-label=${t('coverage.feeds')}><table class="rows">
          <thead><tr><th scope="col">${t('facts.source')}</th><th scope="col">${t('queue.status')}</th><th scope="col">${t('coverage.last_success')}</th>${columns.map((name) => html`<th scope="col">${t(`feed.${name}`)}</th>`)}</tr></thead>
          <tbody>${data.feeds.map((feed) => html`
            <tr key=${feed.source}><th scope="row"><bdi>${feed.source}</bdi></th>
              <td>${feed.exit_code === 0 ? html`<span class="badge strong">${t('feed.fine')}</span>` : html`<span class="badge bad">${t('feed.failed')}</span>`}${feed.message && html` <span class="small"><bdi>${feed.message}</bdi></span>`}</td>
              <td>${feed.last_success ? date(feed.last_success) : t('coverage.never')}</td>
              ${columns.map((name) => html`<td class="number">${feed[name] == null ? t('facts.none') : number(feed[name])}</td>`)}</tr>`)}</tbody>
        </table></div>`}
    </section>
  `;
}

function Nights() {
  const { data, problem, again } = useData((signal) => get('v1/reports/nightly', { limit: 10 }, signal), []);
  return html`
    <section class="card" aria-label=${t('coverage.nights')}>
      <h2>${t('coverage.nights')}</h2>
      ${problem ? html`<${ProblemNote} problem=${problem} again=${again} />` : !data ? html`<${Loading} />` : data.reports.length === 0 ? html`<p class="small">${t('coverage.no_nights')}</p>` : html`
        <ul class="small-matches">${data.reports.map((night) => html`
          <li key=${night.name}><span>${night.started ? date(night.started) : night.name} ${night.exit_code != null && html`<span class=${`badge ${night.exit_code === 0 ? 'strong' : night.exit_code === 3 ? 'warn' : 'bad'}`}>${t(night.exit_code === 0 ? 'night.done' : night.exit_code === 3 ? 'night.partly' : 'night.failed')}</span>`}
            ${night.generation_after != null && html`<span class="small">${t('night.generation', { number: night.generation_after })}</span>`}</span>
            <span class="buttons">${(night.formats ?? []).map((format) => html`<button type="button" class="link" key=${format} onClick=${() => download(`v1/reports/nightly/${encodeURIComponent(night.name)}`, { format: format.endsWith('md') ? 'md' : format }, `${night.name}.${format}`)}>${t(`night.${format.replace('.', '_')}`)}</button>`)}</span></li>`)}</ul>`}
    </section>
  `;
}
