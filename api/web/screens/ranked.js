// A record and what matches it: a need with its projects, a project with its needs. Worked through by mouse or by keys.
import { get, recordPath } from '../api.js';
import { facetsOf, FilterChips, filterQuery, FilterPanel } from '../components/filters.js';
import { Export } from '../components/export.js';
import { WatchButton } from '../components/watch_button.js';
import { Excluded } from '../components/excluded.js';
import { Match } from '../components/match.js';
import { Announce, Dialog, Facts, Foreign, Loading, ProblemNote } from '../components/parts.js';
import { judge, loadDecisions, pairKey, shortlist, useDecisions } from '../decisions.js';
import { date, number, pick, shortLanguage, t } from '../i18n.js';
import { useData, useShortcuts, useTitle } from '../hooks.js';
import { loadReasons, ofVerdicts, useReasons } from '../reasons.js';
import { go, href, replaceParams, useRoute } from '../router.js';
import { isStaff, mayWrite } from '../session.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';

const PAGE = 10;
const MOST = 50;
const SHORT = 800; // letters of a text that does not push the matches out of sight

/** @param {{kind: 'needs' | 'projects', id: string}} props */
export default function Ranked({ kind, id }) {
  const { params } = useRoute();
  const other = kind === 'needs' ? 'projects' : 'needs';
  const limit = Math.min(MOST, Math.max(PAGE, Number(params.limit) || PAGE));
  const why = kind === 'needs' && isStaff() && params.view === 'excluded';
  const record = useData((signal) => get(recordPath(kind, id), {}, signal), [kind, id]);
  const query = { ...filterQuery(params, other), limit, policy: params.policy === 'false' ? 'false' : '' };
  const matches = useData((signal) => get(`${recordPath(kind, id)}/matches`, query, signal), [kind, id, JSON.stringify(query)]);
  const counts = { side: other, ...filterQuery(params, other), limit: 1, facets: facetsOf(other), disjunctive: true };
  const facets = useData(async (signal) => (why ? null : get('v1/search', counts, signal)), [why, JSON.stringify(counts)]);
  useEffect(() => {
    if (kind === 'needs' && mayWrite()) loadDecisions(id).catch(() => {}); // marks are missing then, nothing else
  }, [kind, id]);
  const title = record.data ? pick(record.data.title).text : '';
  useTitle(title);
  if (record.problem) return html`<${ProblemNote} problem=${record.problem} again=${record.again} />`;
  if (!record.data) return html`<${Loading} />`;
  return html`
    <${Head} record=${record.data} kind=${kind} />
    ${kind === 'needs' && isStaff() && html`
      <div class="sides" role="group" aria-label=${t('ranked.view')}>
        <button type="button" aria-pressed=${why ? 'false' : 'true'} onClick=${() => replaceParams({ view: null })}>${t('ranked.list')}</button>
        <button type="button" aria-pressed=${why ? 'true' : 'false'} onClick=${() => replaceParams({ view: 'excluded' })}>${t('ranked.excluded')}</button>
      </div>`}
    ${why ? html`<${Excluded} id=${id} />` : html`
      <div class="with-panel">
        <div>
          <${FilterPanel} side=${other} facets=${facets.data?.facets ?? (facets.problem ? undefined : {})} note=${t(`filter.counts_${other}`)} />
          <label class="check policy-switch"><input type="checkbox" checked=${params.policy !== 'false'} onChange=${(event) => replaceParams({ policy: event.target.checked ? null : 'false' })} /><span>${t('ranked.policy')}</span></label>
        </div>
        <section class="results" aria-label=${t(`ranked.of_${other}`)} aria-busy=${matches.loading ? 'true' : 'false'}>
          <${FilterChips} side=${other} />
          ${kind === 'needs' && matches.data && html`<div class="title-line no-print"><${Export} path=${`v1/exports/needs/${encodeURIComponent(id)}/matches`} name="matches" /><${WatchButton} what=${{ name: title.slice(0, 200) || id, need: id }} /></div>`}
          ${matches.problem ? html`<${ProblemNote} problem=${matches.problem} again=${matches.again} />` : !matches.data ? html`<${Loading} />` : html`<${List} answer=${matches.data} kind=${kind} id=${id} own=${title} limit=${limit} />`}
        </section>
      </div>`}
  `;
}

function Head({ record, kind }) {
  const facts = { ...record, park: record.enterprise?.park, org_kind: record.org_kind ?? record.enterprise?.org_kind };
  const texts = ['problem', 'target', 'use_scenario', 'summary', 'description', 'background'].filter((field) => record[field]);
  const dated = [record.needed_by && t('record.needed_by', { date: date(record.needed_by) }), record.updated_at && t('record.updated', { date: date(record.updated_at) })].filter(Boolean);
  return html`
    <div class="record-head">
      <p class="small"><a href=${href(['search'], { side: kind })}>${t(`side.${kind}`)}</a> / <span class="number">${record.id}</span></p>
      <${Foreign} tag="h1" of=${record.title} />
      <${Facts} record=${facts} />
      ${dated.length > 0 && html`<p class="small">${dated.join(t('semicolon'))}</p>`}
      ${texts.length > 0 && html`
        <details class="record-text" open=${kind === 'needs' && texts.reduce((sum, field) => sum + pick(record[field]).text.length, 0) <= SHORT}>
          <summary>${t(`record.text_${kind}`)}</summary>
          ${texts.map((field) => html`<h2>${t(`field.${field}`)}</h2><${Foreign} tag="p" of=${record[field]} />`)}
        </details>`}
    </div>
  `;
}

/** @param {number} place */
function focus(place) {
  const article = document.getElementById(`match-${place}`);
  article?.focus({ preventScroll: true });
  article?.scrollIntoView({ block: 'nearest' });
}

function List({ answer, kind, id, own, limit }) {
  const [active, setActive] = useState(0);
  const [asking, setAsking] = useState(/** @type {number | null} */ (null)); // the match whose reason is asked for
  const [unfolded, setUnfolded] = useState(false);
  const decisions = useDecisions();
  const other = kind === 'needs' ? 'project' : 'need';
  const fold = unfolded || !answer.fold_after ? answer.matches.length : Math.min(answer.matches.length, answer.fold_after);
  const shown = answer.matches.slice(0, fold);
  const pairOf = (match) => (kind === 'needs' ? { need: id, project: match.project.id, title: pick(match.project.title).text, needTitle: own } : { need: match.need.id, project: id, title: pick(match.need.title).text, needTitle: pick(match.need.title).text });
  const addressOf = (match) => {
    const pair = pairOf(match);
    return href(['pairs', pair.need, pair.project]);
  };
  const moved = useRef(false);
  const move = (step) => {
    const last = answer.matches.length - 1;
    const next = Math.min(last, Math.max(0, active + step));
    if (next >= shown.length) setUnfolded(true); // going on shows what was folded away
    moved.current = true;
    setActive(next);
    focus(next);
  };
  useEffect(() => {
    // A match that was folded away is there only now.
    if (moved.current) focus(active);
    moved.current = false;
  }, [active, shown.length]);
  const act = (command) => mayWrite() && shown[active] && command(pairOf(shown[active]));
  useEffect(() => setActive(0), [answer]);
  useShortcuts({
    j: () => move(document.activeElement?.closest('.match') ? 1 : 0),
    k: () => move(-1),
    Enter: () => shown[active] && go(addressOf(shown[active])),
    a: () => act((pair) => judge(pair, 'accept')),
    r: () => mayWrite() && shown[active] && setAsking(active),
    s: () => act(shortlist),
  });
  if (answer.matches.length === 0) return html`<div class="empty"><h2>${t('ranked.none')}</h2><p>${t('ranked.none_hint')}</p></div>`;
  return html`
    <${Announce} text=${t('ranked.told', { count: shown.length })} />
    ${answer.convincing === false && html`<p class="note">${t('ranked.not_convincing')}</p>`}
    ${answer.not_found?.length > 0 && html`<details class="small"><summary>${t('ranked.not_found', { count: answer.not_found.length })}</summary><p>${answer.not_found.slice(0, 40).map((word) => html`<bdi class="word">${word}</bdi> `)}</p></details>`}
    <ol class="matches">
      ${shown.map(
        (match, i) => html`<${Match} key=${match[other].id} match=${match} other=${match[other]} place=${i} active=${i === active} may=${mayWrite()} compare=${addressOf(match)} pair=${pairOf(match)}
          decision=${decisions.get(pairKey(pairOf(match).need, pairOf(match).project))}
          on=${{ accept: () => judge(pairOf(match), 'accept'), reject: () => setAsking(i), shortlist: () => shortlist(pairOf(match)), focus: () => setActive(i) }} />`,
      )}
    </ol>
    <div class="pages">
      ${fold < answer.matches.length && html`<button type="button" onClick=${() => setUnfolded(true)}>${t('ranked.unfold', { count: number(answer.matches.length - fold) })}</button>`}
      ${fold === answer.matches.length && answer.matches.length === limit && limit < MOST && html`<button type="button" onClick=${() => replaceParams({ limit: Math.min(MOST, limit + 2 * PAGE) })}>${t('ranked.more')}</button>`}
    </div>
    ${asking != null && shown[asking] && html`<${Reasons} title=${kind === 'needs' ? pairOf(shown[asking]).title : own} onClose=${() => setAsking(null)} onChoose=${(reason) => { setAsking(null); judge(pairOf(shown[asking]), 'reject', reason); }} />`}
  `;
}

/** Why a match is rejected: the ranking learns from it. Digits choose too. */
export function Reasons({ title, onClose, onChoose }) {
  const words = useReasons();
  const reasons = ofVerdicts(words);
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const chosen = /^[1-9]$/.test(event.key) ? reasons[Number(event.key) - 1] : null;
    if (chosen) onChoose(chosen.code);
  };
  return html`
    <${Dialog} title=${t('reject.title')} onClose=${onClose} onKeyDown=${press}>
      <p class="small">${title}</p>
      ${words.problem ? html`<${ProblemNote} problem=${words.problem} again=${loadReasons} />` : !words.reasons && html`<${Loading} />`}
      <ol class="choices">${reasons.map((reason, i) => html`<li key=${reason.code}><button type="button" onClick=${() => onChoose(reason.code)}>${i < 9 && html`<kbd aria-hidden="true">${i + 1}</kbd>`}<span>${reason[shortLanguage()]}</span></button></li>`)}</ol>
    <//>
  `;
}
