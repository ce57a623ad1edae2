// A need and a project side by side: the words that met, the figures, what is open, and what each side gains.
import { get, pairPath, recordPath } from '../api.js';
import { CaseButton } from '../components/case_button.js';
import { Copy } from '../components/copy.js';
import { MarkedText, PairNumber } from '../components/marked_text.js';
import { Band, Flags, points, Policy, Score } from '../components/match.js';
import { Foreign, Loading, ProblemNote } from '../components/parts.js';
import { judge, loadDecisions, pairKey, shortlist, useDecisions } from '../decisions.js';
import { date, money, number, pick, shortLanguage, t } from '../i18n.js';
import { useData, useShortcuts, useTitle } from '../hooks.js';
import { reasonName, useReasons } from '../reasons.js';
import { href } from '../router.js';
import { isStaff, mayWrite } from '../session.js';
import { html, useEffect, useState } from '../vendor/preact.js';
import { nameOf } from '../vocabulary.js';
import { Reasons } from './ranked.js';

const PAIRS = 16; // shown; the weightiest stand first
const order = ['title', 'problem', 'target', 'summary', 'description', 'use_scenario', 'advantages', 'background'];
const signs = { '>=': '≥', '<=': '≤', '=': '', '~': '≈', range: '' };

/** @param {{need: string, project: string}} props */
export default function Compare({ need, project }) {
  const { data, problem, again } = useData(
    async (signal) => {
      const [pair, needRecord, projectRecord] = await Promise.all([
        get(pairPath(need, project), { explain: 'full' }, signal),
        get(recordPath('needs', need), {}, signal),
        get(recordPath('projects', project), {}, signal),
      ]);
      return { pair, need: needRecord, project: projectRecord };
    },
    [need, project],
  );
  useEffect(() => {
    if (mayWrite()) loadDecisions(need).catch(() => {}); // marks are missing then, nothing else
  }, [need]);
  useTitle(data ? `${pick(data.need.title).text} ↔ ${pick(data.project.title).text}` : '');
  if (problem) return html`<${ProblemNote} problem=${problem} again=${again} />`;
  if (!data) return html`<${Loading} />`;
  const terms = (data.pair.terms ?? []).slice(0, PAIRS);
  return html`
    <p class="small"><a href=${href(['needs', need])}>${t('compare.back')}</a></p>
    <h1 class="pair-title"><span class="visually-hidden">${t('compare.title')}${t('colon')}</span><${Foreign} of=${data.need.title} /> <span class="arrow" aria-hidden="true">↔</span> <${Foreign} of=${data.project.title} /></h1>
    <${Verdict} pair=${data.pair} need=${data.need} project=${data.project} />
    <${Indicators} rows=${data.pair.indicators ?? []} stated=${data.project.indicators ?? []} />
    <${Questions} questions=${data.pair.questions} />
    <section class="compare" aria-labelledby="texts">
      <h2 id="texts">${t('compare.texts')}</h2>
      ${terms.length > 0 && html`<ol class="pairs" aria-label=${t('compare.pairs')}>${terms.map((term, i) => html`<li key=${i}><${PairNumber} pair=${i + 1} /><bdi lang=${languageOf(term.need.field)}>${term.need.text}</bdi> ↔ <bdi lang=${languageOf(term.project.field)}>${term.project.text}</bdi></li>`)}</ol>`}
      <div class="side-by-side">
        <${Side} record=${data.need} name="need" terms=${terms} />
        <${Side} record=${data.project} name="project" terms=${terms} />
      </div>
    </section>
    <${FactTable} need=${data.need} project=${data.project} />
    <${SignalTable} sides=${data.pair.sides} />
    <p class="small">${t('compare.made_of', { generation: data.pair.generation, profile: data.pair.profile })}</p>
  `;
}

/** "title.zh" is in Chinese. @param {string} field */
const languageOf = (field) => field.split('.')[1] ?? null;

function Verdict({ pair, need, project }) {
  const lang = shortLanguage();
  const [asking, setAsking] = useState(false);
  const words = useReasons();
  const one = { need: need.id, project: project.id, title: pick(project.title).text, needTitle: pick(need.title).text };
  const decision = useDecisions().get(pairKey(need.id, project.id));
  const accept = () => mayWrite() && judge(one, 'accept');
  const list = () => mayWrite() && shortlist(one);
  useShortcuts({ a: accept, r: () => mayWrite() && setAsking(true), s: list });
  return html`
    <section class="verdict" aria-label=${t('compare.verdict')}>
      <div class="why">
        <p class="match-line">
          ${pair.gate ? html`<span class="badge bad">${t(`gate.${pair.gate}`)}</span>` : html`<${Band} band=${pair.band} />`}
          ${pair.rank != null && html`<span class="small">${t('compare.rank', { rank: pair.rank })}</span>`}
          ${decision?.verdict && html`<span class=${`badge ${decision.verdict === 'accept' ? 'strong' : 'bad'}`}>${t(`verdict.${decision.verdict}`)}${decision.reason ? `${t('colon')}${reasonName(words, decision.reason)}` : ''}</span>`}
          ${decision?.listed && html`<span class="badge">${t('verdict.listed')}</span>`}
          ${decision?.begun && html`<span class="badge possible">${t('verdict.begun')}</span>`}
        </p>
        <ol class="reasons">${(pair.reasons?.[lang] ?? []).map((line) => html`<li>${line}</li>`)}</ol>
        <${Flags} match=${pair} />
        ${pair.changes?.length > 0 && html`<p><b>${t('excluded.change')}</b>${pair.changes.slice(0, 2).map((change) => t('excluded.would', { change: change[lang], rank: change.rank })).join(t('semicolon'))}</p>`}
        <${Policy} match=${pair} />
      </div>
      <div class="verdict-side">
        <${Score} match=${pair} />
        ${mayWrite() && html`
          <button type="button" class="accept" aria-pressed=${decision?.verdict === 'accept' ? 'true' : 'false'} onClick=${accept}>${t('do.accept')}</button>
          <button type="button" class="reject" aria-pressed=${decision?.verdict === 'reject' ? 'true' : 'false'} onClick=${() => setAsking(true)}>${t('do.reject')}</button>
          <button type="button" aria-pressed=${decision?.listed ? 'true' : 'false'} onClick=${list}>${t('do.shortlist')}</button>`}
        ${isStaff() && html`<${CaseButton} need=${need.id} project=${project.id} />`}
      </div>
      ${asking && html`<${Reasons} title=${one.title} onClose=${() => setAsking(false)} onChoose=${(reason) => { setAsking(false); judge(one, 'reject', reason); }} />`}
    </section>
  `;
}

/** Units are kept in letters that everybody can type; they are shown as they are written. @param {string} unit */
const shownUnit = (unit) => unit.replace(/\bum\b/g, 'µm').replace(/([a-z])2\b/gi, '$1²').replace(/([a-z])3\b/gi, '$1³');

/** @param {number | null | undefined} value @param {number | null | undefined} value2 @param {string} unit */
function amount(value, value2, unit) {
  if (value == null) return t('unknown');
  const digits = { maximumSignificantDigits: 6 };
  return `${number(value, digits)}${value2 != null ? `–${number(value2, digits)}` : ''}${unit && unit !== '%' ? ' ' : ''}${shownUnit(unit)}`;
}

const reading = (one) => (one ? `${signs[one.op] ?? ''}${amount(one.value, one.value2, one.unit)}` : t('unknown'));

/** What the need asks for against what the project states; figures of the project that answer no question of the need stand below. */
function Indicators({ rows, stated }) {
  const met = new Set(rows.filter((row) => row.project).map((row) => row.project.name));
  const further = stated.filter((one) => !Object.values(one.name ?? {}).some((name) => met.has(name)));
  if (rows.length === 0 && further.length === 0) return null;
  const tone = { met: 'strong', partly: 'warn', unmet: 'bad', unknown: '' };
  return html`
    <section class="card">
      <h2>${t('indicators.title')}</h2>
      <div class="scroll" tabindex="0" role="region" aria-label=${t('indicators.title')}>
        <table>
          <thead><tr><th scope="col">${t('indicators.name')}</th><th scope="col">${t('indicators.need')}</th><th scope="col">${t('indicators.project')}</th><th scope="col">${t('indicators.converted')}</th><th scope="col">${t('indicators.verdict')}</th></tr></thead>
          <tbody>
            ${rows.map((row, i) => html`
              <tr key=${i}>
                <th scope="row"><${Foreign} of=${row.need.name} />${row.must && html` <span class="badge">${t('indicators.must')}</span>`}${row.project?.name && row.project.name !== row.need.name && html`<br /><span class="small"><bdi>${row.project.name}</bdi></span>`}</th>
                <td class="number">${reading(row.need)}</td>
                <td class="number">${reading(row.project)}</td>
                <td class="number">${row.project && row.project.unit !== row.need.unit ? amount(row.project_value, row.project_value2, row.unit) : '–'}</td>
                <td><span class=${`badge ${tone[row.verdict]}`}>${t(`indicators.${row.verdict}`)}</span></td>
              </tr>`)}
          </tbody>
        </table>
      </div>
      ${further.length > 0 && html`<p class="small">${t('indicators.further')}${further.map((one, i) => html`${i > 0 && t('semicolon')}<${Foreign} of=${one.name} /> <span class="number">${reading(one)}</span>`)}</p>`}
    </section>
  `;
}

/** What is not known, as questions that can be sent to the other side, in its language too. */
function Questions({ questions }) {
  const own = questions?.[shortLanguage()] ?? [];
  if (own.length === 0) return null;
  const numbered = (lines) => lines.map((line, i) => `${i + 1}. ${line}`).join('\n');
  return html`
    <section class="card">
      <h2>${t('questions.title')}</h2>
      <ol class="questions">${own.map((line) => html`<li>${line}</li>`)}</ol>
      <p class="buttons"><${Copy} text=${numbered(questions.zh)} label=${t('questions.copy_zh')} /><${Copy} text=${numbered(questions.en)} label=${t('questions.copy_en')} /></p>
    </section>
  `;
}

/** Texts of a record in the same order on both sides; of each field the language in which words met, the others folded away. */
function Side({ record, name, terms }) {
  const marks = (field) => terms.flatMap((term, i) => (term[name].field === field ? [{ start: term[name].start, end: term[name].end, pair: i + 1 }] : []));
  return html`
    <div class="side">
      <p class="side-name">${t(`compare.${name}`)}</p>
      ${order.filter((field) => record[field]).map((field) => html`<${Field} key=${field} field=${field} texts=${record[field]} marks=${marks} />`)}
    </div>
  `;
}

function Field({ field, texts, marks }) {
  const languages = Object.keys(texts);
  const met = languages.filter((lang) => marks(`${field}.${lang}`).length > 0);
  const first = met.length > 0 ? met : [pick(texts).lang];
  const rest = languages.filter((lang) => !first.includes(lang));
  const text = (lang) => html`<${MarkedText} key=${lang} text=${texts[lang]} lang=${lang} marks=${marks(`${field}.${lang}`)} tag=${field === 'title' ? 'h3' : 'p'} />`;
  return html`
    ${field !== 'title' && html`<h4>${t(`field.${field}`)}</h4>`}
    ${first.map(text)}
    ${rest.length > 0 && html`<details><summary class="small">${t('compare.other_languages', { languages: rest.join(t('comma')) })}</summary>${rest.map(text)}</details>`}
  `;
}

/** @param {any} record @param {string} low @param {string} high */
function price(record, low, high) {
  const bounds = [record[low], record[high]].filter(Boolean).map(Number);
  return bounds.length > 0 ? money(bounds[0], bounds[bounds.length - 1], record.currency) : null;
}

function FactTable({ need, project }) {
  const names = (list, codes) => (codes?.length ? codes.map((code) => nameOf(list, code)).join(t('comma')) : null);
  const sourceOf = (record) => record.source?.name ?? record.source?.url ?? record.id.split(':')[0];
  const levels = need.trl_min != null || need.trl_max != null ? `${need.trl_min ?? 1}–${need.trl_max ?? 9}` : null;
  const rows = [
    ['org', need.enterprise?.name ?? nameOf('org_kind', need.enterprise?.org_kind), [project.org_name, nameOf('org_kind', project.org_kind)].filter(Boolean).join(t('comma'))],
    ['place', nameOf('park', need.enterprise?.park), nameOf('country', project.country)],
    ['fields', names('field', need.fields), names('field', project.fields)],
    ['trl', levels, project.trl],
    ['modes', names('coop_mode', need.coop_modes), names('coop_mode', project.coop_modes)],
    ['money', price(need, 'budget_min', 'budget_max'), price(project, 'price_min', 'price_max')],
    ['time', date(need.needed_by), date(project.expires_at) && t('facts.until', { date: date(project.expires_at) })],
    ['rights', null, project.ip?.length ? t(project.ip.some((right) => right.cn_protected) ? 'facts.protected' : 'facts.not_protected') : null],
    ['source', sourceOf(need), sourceOf(project)],
    ['dated', date(need.updated_at), date(project.updated_at ?? project.published_at)],
    ['id', need.id, project.id],
  ];
  return html`
    <section class="card">
      <h2>${t('facts.title')}</h2>
      <table class="fact-table">
        <thead><tr><td></td><th scope="col">${t('compare.need')}</th><th scope="col">${t('compare.project')}</th></tr></thead>
        <tbody>${rows.map(([name, left, right]) => html`<tr><th scope="row">${t(`facts.${name}`)}</th>${[left, right].map((value, i) => html`<td>${value ? html`<bdi>${value}</bdi>` : html`<span class="small">${t(name === 'rights' && i === 0 ? 'facts.none' : 'unknown')}</span>`}</td>`)}</tr>`)}</tbody>
      </table>
    </section>
  `;
}

/** Both sides' weights: what each gains by the match. The points add up to the score of the side. */
function SignalTable({ sides }) {
  const owner = new Map(sides.owner.signals.map((signal) => [signal.code, signal]));
  const rows = sides.enterprise.signals.filter((signal) => signal.weight > 0 || signal.value != null || owner.get(signal.code)?.weight > 0);
  return html`
    <section class="card">
      <details>
        <summary><h2>${t('signals.title')}</h2></summary>
        <div class="scroll" tabindex="0" role="region" aria-label=${t('signals.title')}>
          <table>
            <thead><tr><th scope="col">${t('match.signal')}</th><th scope="col">${t('match.value')}</th><th scope="col">${t('signals.enterprise')}</th><th scope="col">${t('signals.owner')}</th></tr></thead>
            <tbody>${rows.map((signal) => html`<tr><th scope="row">${t(`signal.${signal.code}`)}</th><td class="number">${signal.value == null ? t('unknown') : number(signal.value, { maximumFractionDigits: 2 })}</td><td class="number">${points(signal.contribution)}</td><td class="number">${points(owner.get(signal.code)?.contribution ?? 0)}</td></tr>`)}</tbody>
            <tfoot><tr><th scope="row">${t('signals.sum')}</th><td></td><td class="number"><b>${points(sides.enterprise.score)}</b></td><td class="number"><b>${points(sides.owner.score)}</b></td></tr></tfoot>
          </table>
        </div>
        <p class="small">${t('signals.note')}</p>
      </details>
    </section>
  `;
}
