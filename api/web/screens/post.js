// A need in the enterprise's own words: what to mend and what matches is told while one writes; nothing is stored before it is posted.
import { ask, get, post } from '../api.js';
import { Band, points } from '../components/match.js';
import { Announce, Foreign, Loading, ProblemNote } from '../components/parts.js';
import { tell } from '../components/toasts.js';
import { number, shortLanguage, t } from '../i18n.js';
import { useData, useRest, useTitle } from '../hooks.js';
import { go, href } from '../router.js';
import { session } from '../session.js';
import { html, useState } from '../vendor/preact.js';
import { codesOf, nameOf } from '../vocabulary.js';

const DRAFT = 'qiao.draft';
const REST_MS = 500;
const SHOWN = 5;

/** @typedef {{title: string, problem: string, target: string, use_scenario: string, field: string, park: string, modes: string[], trl_min: string, budget_max: string,
 *   needed_by: string, name: string, confidential: boolean, indicators: {name: string, op: string, value: string, unit: string}[]}} Draft */

/** @type {Draft} */
const empty = { title: '', problem: '', target: '', use_scenario: '', field: '', park: '', modes: [], trl_min: '', budget_max: '', needed_by: '', name: '', confidential: true, indicators: [] };

/** @returns {Draft} */
function kept() {
  try {
    return { ...empty, ...JSON.parse(sessionStorage.getItem(DRAFT) ?? '{}') };
  } catch {
    return empty;
  }
}

/** @param {string} text */
const byLanguage = (text) => ({ [/[\u3400-\u9fff]/.test(text) ? 'zh' : 'en']: text });

/** The record as the service takes it: what is not filled in is left out, which means unknown. @param {Draft} draft */
function recordOf(draft) {
  /** @type {Record<string, any>} */
  const record = {};
  for (const name of ['title', 'problem', 'target', 'use_scenario']) if (draft[name].trim()) record[name] = byLanguage(draft[name].trim());
  if (draft.field) record.fields = [draft.field];
  if (draft.modes.length > 0) record.coop_modes = draft.modes;
  if (draft.trl_min) record.trl_min = Number(draft.trl_min);
  if (Number(draft.budget_max) > 0) Object.assign(record, { budget_max: String(Math.round(Number(draft.budget_max) * 10000)), currency: 'CNY' });
  if (draft.needed_by) record.needed_by = draft.needed_by;
  const figures = draft.indicators.filter((row) => row.name.trim() && row.value.trim() && Number.isFinite(Number(row.value)));
  if (figures.length > 0) record.indicators = figures.map((row) => ({ name: byLanguage(row.name.trim()), op: row.op, value: Number(row.value), ...(row.unit.trim() ? { unit: row.unit.trim() } : {}) }));
  const own = session.get().caller?.organisation ?? draft.name.trim();
  if (own || draft.park) record.enterprise = { ...(own ? { name: own, confidential: draft.confidential } : {}), ...(draft.park ? { park: draft.park } : {}) };
  return record;
}

/** What can be asked about a draft: a record needs a title, a text does not. @param {Draft} draft */
function questionOf(draft) {
  const record = recordOf(draft);
  if (record.title) return { need: record };
  const text = [draft.problem, draft.target, draft.use_scenario].map((one) => one.trim()).filter(Boolean).join('\n');
  return text ? { text } : null;
}

export default function Post() {
  const [draft, setDraft] = useState(kept);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const rested = useRest(draft, REST_MS);
  const question = questionOf(rested);
  const key = JSON.stringify(question);
  const review = useData(async (signal) => (question ? post('v1/lint', question, signal) : null), [key]);
  const matches = useData(async (signal) => (question ? post('v1/match', { ...question, limit: SHOWN }, signal) : null), [key]);
  useTitle(t('nav.post'));
  /** @param {Partial<Draft>} change */
  const change = (change) => {
    const next = { ...draft, ...change };
    sessionStorage.setItem(DRAFT, JSON.stringify(next));
    setDraft(next);
  };
  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const { json } = await ask('v1/needs', { method: 'POST', body: recordOf(draft) });
      sessionStorage.removeItem(DRAFT);
      tell(t('post.done'));
      go(href(['needs', json.id]));
    } catch (refusal) {
      setProblem(refusal);
      setBusy(false);
    }
  }
  const findings = review.data?.findings ?? [];
  const personal = findings.filter((finding) => finding.level === 'private');
  return html`
    <h1>${t('post.title')}</h1>
    <p class="lead">${t('post.lead')}</p>
    <div class="post">
      <form onSubmit=${submit} class="card post-form">
        <${Text} name="title" draft=${draft} change=${change} findings=${findings} required rows="1" max="200" />
        <${Text} name="problem" draft=${draft} change=${change} findings=${findings} rows="5" max="20000" />
        <${Text} name="target" draft=${draft} change=${change} findings=${findings} rows="3" max="20000" />
        <${Text} name="use_scenario" draft=${draft} change=${change} findings=${findings} rows="2" max="20000" />
        <${Figures} draft=${draft} change=${change} />
        <div class="pairs-of-fields">
          <${Choice} name="field" list="field" draft=${draft} change=${change} />
          <${Choice} name="park" list="park" draft=${draft} change=${change} />
          <label>${t('post.trl_min')}<select value=${draft.trl_min} onChange=${(event) => change({ trl_min: event.target.value })}><option value="">${t('post.unsaid')}</option>${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => html`<option value=${String(level)}>TRL ${level}</option>`)}</select></label>
          <label>${t('post.budget_max')}<input type="number" min="0" step="any" inputmode="decimal" value=${draft.budget_max} onInput=${(event) => change({ budget_max: event.target.value })} /></label>
          <label>${t('post.needed_by')}<input type="date" value=${draft.needed_by} onInput=${(event) => change({ needed_by: event.target.value })} /></label>
        </div>
        <fieldset class="modes"><legend>${t('filter.mode')}</legend>${codesOf('coop_mode').map((code) => html`<label class="check" key=${code.code}><input type="checkbox" checked=${draft.modes.includes(code.code)} onChange=${() => change({ modes: draft.modes.includes(code.code) ? draft.modes.filter((one) => one !== code.code) : [...draft.modes, code.code] })} /><span>${nameOf('coop_mode', code.code)}</span></label>`)}</fieldset>
        <${Owner} draft=${draft} change=${change} />
        ${personal.length > 0 && html`<div class="note bad" role="alert"><p><b>${t('post.personal')}</b></p><ul>${personal.map((one) => html`<li>${one[shortLanguage()]}</li>`)}</ul></div>`}
        ${problem && html`<${ProblemNote} problem=${problem} />`}
        <p class="buttons"><button class="primary" disabled=${busy}>${t('post.button')}</button><button type="button" class="plain" onClick=${() => change(empty)}>${t('post.clear')}</button></p>
      </form>
      <aside class="post-side" aria-label=${t('post.side')}>
        <${Review} review=${review} findings=${findings} />
        <${Matching} matches=${matches} />
        <${Own} />
      </aside>
    </div>
  `;
}

const Public = ({ open }) => html`<span class=${`badge ${open ? 'possible' : ''}`}>${t(open ? 'post.public' : 'post.inside')}</span>`;

function Text({ name, draft, change, findings, rows, max, required }) {
  const told = findings.filter((finding) => finding.field.split('.')[0] === name && finding.level !== 'missing');
  return html`
    <div class="field">
      <label for=${`post-${name}`}>${t(`field.${name}`)}${required && html`<span class="small"> ${t('post.required')}</span>`} <${Public} open=${true} /></label>
      <textarea id=${`post-${name}`} rows=${rows} maxlength=${max} required=${required} value=${draft[name]} placeholder=${t(`post.${name}_hint`)} aria-describedby=${told.length > 0 ? `post-${name}-told` : null}
        aria-invalid=${told.some((finding) => finding.level === 'private') ? 'true' : null} onInput=${(event) => change({ [name]: event.target.value })}></textarea>
      ${told.length > 0 && html`<ul class="field-error" id=${`post-${name}-told`}>${told.map((finding) => html`<li>${finding[shortLanguage()]}</li>`)}</ul>`}
    </div>
  `;
}

function Choice({ name, list, draft, change }) {
  return html`<label>${t(`filter.${name}`)}<select value=${draft[name]} onChange=${(event) => change({ [name]: event.target.value })}><option value="">${t('post.unsaid')}</option>${codesOf(list).map((code) => html`<option value=${code.code}>${code.code.includes('.') ? '　' : ''}${nameOf(list, code.code)}</option>`)}</select></label>`;
}

function Figures({ draft, change }) {
  const set = (i, part) => change({ indicators: draft.indicators.map((row, at) => (at === i ? { ...row, ...part } : row)) });
  return html`
    <fieldset class="figures">
      <legend>${t('indicators.title')} <${Public} open=${true} /></legend>
      ${draft.indicators.map((row, i) => html`
        <div class="figure" key=${i}>
          <input aria-label=${t('post.figure_name')} placeholder=${t('post.figure_name')} value=${row.name} maxlength="80" onInput=${(event) => set(i, { name: event.target.value })} />
          <select aria-label=${t('post.figure_op')} value=${row.op} onChange=${(event) => set(i, { op: event.target.value })}>${[['>=', '≥'], ['<=', '≤'], ['=', '=']].map(([op, sign]) => html`<option value=${op}>${sign}</option>`)}</select>
          <input aria-label=${t('post.figure_value')} placeholder=${t('post.figure_value')} value=${row.value} inputmode="decimal" maxlength="20" onInput=${(event) => set(i, { value: event.target.value })} />
          <input aria-label=${t('post.figure_unit')} placeholder=${t('post.figure_unit')} value=${row.unit} maxlength="24" onInput=${(event) => set(i, { unit: event.target.value })} />
          <button type="button" class="plain" aria-label=${t('post.figure_remove', { number: i + 1 })} onClick=${() => change({ indicators: draft.indicators.filter((_, at) => at !== i) })}>✕</button>
        </div>`)}
      <button type="button" onClick=${() => change({ indicators: [...draft.indicators, { name: '', op: '>=', value: '', unit: '' }] })}>${t('post.figure_add')}</button>
    </fieldset>
  `;
}

function Owner({ draft, change }) {
  const organisation = session.get().caller?.organisation;
  return html`
    <div class="field">
      ${organisation
        ? html`<p>${t('post.name')}${t('colon')}<b>${organisation}</b> <${Public} open=${!draft.confidential} /></p>`
        : html`<label for="post-name">${t('post.name')} <${Public} open=${!draft.confidential} /></label><input id="post-name" value=${draft.name} maxlength="100" autocomplete="off" onInput=${(event) => change({ name: event.target.value })} />`}
      <label class="check"><input type="checkbox" checked=${draft.confidential} onChange=${(event) => change({ confidential: event.target.checked })} /><span>${t('post.confidential')}</span></label>
    </div>
  `;
}

function Review({ review, findings }) {
  const lang = shortLanguage();
  const open = findings.filter((finding) => finding.level !== 'private');
  const done = review.data?.completeness;
  return html`
    <section class="card">
      <h2>${t('post.review')}</h2>
      ${review.problem ? html`<${ProblemNote} problem=${review.problem} again=${review.again} />` : !review.data ? html`<p class="small">${t('post.begin')}</p>` : html`
        ${done != null && html`<p class="progress"><span>${t('post.completeness')}</span><span class="bar" aria-hidden="true"><i style=${{ width: `${done * 100}%` }}></i></span><b class="number">${number(done, { style: 'percent' })}</b></p>`}
        ${open.length === 0 && html`<p class="note good">${t('post.fine')}</p>`}
        <ul class="findings">${open.map((finding) => html`<li key=${finding.code + finding.field}><span class=${`badge ${finding.level === 'vague' ? 'warn' : ''}`}>${t(`post.level.${finding.level}`)}</span> ${finding[lang]}</li>`)}</ul>`}
    </section>
  `;
}

function Matching({ matches }) {
  const rows = matches.data?.matches ?? [];
  return html`
    <section class="card" aria-busy=${matches.loading ? 'true' : 'false'}>
      <h2>${t('post.matching')}</h2>
      ${matches.problem ? html`<${ProblemNote} problem=${matches.problem} again=${matches.again} />` : !matches.data ? html`<p class="small">${t('post.begin_matching')}</p>` : html`
        <${Announce} text=${t('ranked.told', { count: rows.length })} />
        ${(rows.length === 0 || matches.data.convincing === false) && html`<p class="small">${t(rows.length === 0 ? 'ranked.none' : 'ranked.not_convincing')}</p>`}
        <ol class="small-matches">${rows.map((match) => html`<li key=${match.project.id}><a href=${href(['projects', match.project.id])} target="_blank" rel="noopener"><${Foreign} of=${match.project.title} /></a><span class="match-line"><${Band} band=${match.band} /><span class="small">${nameOf('country', match.project.country)} · <span class="number">${points(match.score)}</span></span></span></li>`)}</ol>`}
    </section>
  `;
}

/** What was posted before. */
function Own() {
  const { data, problem } = useData((signal) => get('v1/needs', { limit: 20 }, signal), []);
  if (problem) return html`<${ProblemNote} problem=${problem} />`;
  if (!data) return html`<${Loading} />`;
  if (data.needs.length === 0) return null;
  return html`<section class="card"><h2>${t('post.own')}</h2><ul class="small-matches">${data.needs.map((need) => html`<li key=${need.id}><a href=${href(['needs', need.id])}><bdi>${need.title}</bdi></a></li>`)}</ul></section>`;
}
