// Search as one types, over both sides: needs of enterprises and overseas projects.
import { get } from '../api.js';
import { clear, facetsOf, FilterChips, filterQuery, FilterPanel } from '../components/filters.js';
import { Export } from '../components/export.js';
import { Announce, Facts, Loading, ProblemNote } from '../components/parts.js';
import { SearchBox } from '../components/search_box.js';
import { WatchButton } from '../components/watch_button.js';
import { number, pick, t } from '../i18n.js';
import { useData, useTitle } from '../hooks.js';
import { href, replaceParams, useRoute } from '../router.js';
import { isStaff } from '../session.js';
import { cut, excerpt, wordsOf } from '../text.js';
import { html } from '../vendor/preact.js';

const PAGE = 20;
const sorts = { projects: ['relevance', 'newest', 'oldest', 'trl'], needs: ['relevance', 'newest', 'oldest', 'trl', 'deadline'] };

/** @param {Record<string, string>} params @param {string} side @param {AbortSignal} signal */
async function search(params, side, signal) {
  const page = Math.max(1, Number(params.page) || 1);
  const query = { side, q: params.q, ...filterQuery(params, side), limit: PAGE, offset: (page - 1) * PAGE, sort: params.sort, facets: facetsOf(side), disjunctive: true };
  const other = side === 'projects' ? 'needs' : 'projects';
  const [hits, beside] = await Promise.all([
    get('v1/search', query, signal),
    get('v1/search', { side: other, q: params.q, ...filterQuery(params, other), limit: 1 }, signal),
  ]);
  return { ...hits, side, page, totals: { [side]: hits.total, [other]: beside.total } };
}

export default function Search() {
  const { params } = useRoute();
  const side = params.side ?? (isStaff() ? 'needs' : 'projects');
  const { data, problem, loading, again } = useData((signal) => search(params, side, signal), [JSON.stringify({ ...params, lang: '' }), side]);
  useTitle(params.q ? t('search.title_of', { q: params.q }) : t('nav.search'));
  const shown = data?.side === side ? data : null;
  return html`
    <h1 class="visually-hidden">${t('nav.search')}</h1>
    <div class="search-head">
      <${SearchBox} value=${params.q ?? ''} side=${side} onInput=${(q) => replaceParams({ q, page: null })} />
      <p class="small">${t('search.hint')}</p>
    </div>
    <div class="sides" role="group" aria-label=${t('search.side')}>
      ${['needs', 'projects'].map(
        (name) => html`
          <button type="button" key=${name} aria-pressed=${name === side ? 'true' : 'false'} onClick=${() => replaceParams({ side: name, page: null, sort: null })}>
            ${t(`side.${name}`)}${data && html`<span class="count">${number(data.totals[name])}</span>`}
          </button>
        `,
      )}
    </div>
    <div class="with-panel">
      <${FilterPanel} side=${side} facets=${shown ? shown.facets : problem ? undefined : {}} />
      <section class="results" aria-label=${t('search.results')} aria-busy=${loading ? 'true' : 'false'}>
        <div class="results-head">
          <p>${shown ? told(shown, params) : ''}</p>
          <${Sort} params=${params} side=${side} />
        </div>
        <${FilterChips} side=${side} />
        ${shown && html`<${Announce} text=${told(shown, params)} /><${Reading} answer=${shown} />`}
        ${problem ? html`<${ProblemNote} problem=${problem} again=${again} />` : !shown ? html`<${Loading} />` : shown.hits.length === 0 ? html`<${Nothing} answer=${shown} params=${params} />` : html`<${Hits} answer=${shown} params=${params} />`}
      </section>
    </div>
  `;
}

/** @param {any} answer @param {Record<string, string>} params */
function told(answer, { q, sort }) {
  const total = `${answer.estimated ? '≈ ' : ''}${number(answer.total)}`;
  return q ? t(`search.total.${answer.side}`, { total }) : `${t(`search.all.${answer.side}`, { total })}${sort ? '' : t('search.newest_first')}`;
}

function Sort({ params, side }) {
  return html`
    <label class="sort">${t('search.sort')}
      <select value=${params.sort ?? ''} onChange=${(event) => replaceParams({ sort: event.target.value, page: null })}>
        ${sorts[side].map((name) => html`<option value=${name === 'relevance' ? '' : name}>${t(name === 'relevance' && !params.q ? 'sort.newest' : `sort.${name}`)}</option>`).filter((_, i) => params.q || sorts[side][i] !== 'newest')}
      </select>
    </label>
  `;
}

/** The words of a hit that were found. @returns {string[]} */
const foundIn = (hit) => [...new Set(['title', 'summary'].flatMap((field) => Object.keys(hit[field] ?? {}).flatMap((lang) => cut(hit[field][lang], hit.highlights.filter((place) => place.field === `${field}.${lang}`)).filter((piece) => piece.marked).flatMap((piece) => piece.text.split(/[\s-]+/)))))];

/** How the words were understood: what they became in other languages, another spelling, what is short of them all. */
function Reading({ answer }) {
  const suggestion = answer.did_you_mean?.text;
  const found = answer.hits.flatMap(foundIn);
  const words = answer.terms.map((term) => ({ text: term.text, others: wordsOf(term.translations, found).slice(0, 3) })).filter((term) => term.others.length > 0).slice(0, 6);
  return html`
    ${suggestion && html`<p class="note">${t('search.did_you_mean')}<button type="button" class="link" onClick=${() => replaceParams({ q: suggestion, page: null })}>${suggestion}</button></p>`}
    ${answer.relaxed && html`<p class="note">${t('search.relaxed', { count: answer.with_all_words ?? 0 })}</p>`}
    ${words.length > 0 && html`<p class="reading small">${t('search.read_as')}${words.map((term) => html`<span class="word"><bdi>${term.text}</bdi> → <bdi>${term.others.join(t('comma'))}</bdi></span>`)}</p>`}
  `;
}

function Nothing({ answer, params }) {
  const other = answer.side === 'needs' ? 'projects' : 'needs';
  const filtered = Object.keys(filterQuery(params, answer.side)).length > 0;
  return html`
    <div class="empty">
      <h2>${t(params.q ? 'search.nothing' : `search.nothing.${answer.side}`)}</h2>
      <ul>
        ${filtered && html`<li><button type="button" class="link" onClick=${clear}>${t('search.try_no_filter')}</button></li>`}
        ${answer.totals[other] > 0 && html`<li><button type="button" class="link" onClick=${() => replaceParams({ side: other, page: null })}>${t(`search.try_${other}`, { total: number(answer.totals[other]) })}</button></li>`}
        ${params.q && html`<li>${t('search.try_words')}</li>`}
        ${answer.page > 1 && html`<li><button type="button" class="link" onClick=${() => replaceParams({ page: null })}>${t('search.try_first_page')}</button></li>`}
      </ul>
    </div>
  `;
}

/** What POST /v1/searches takes of the address. @param {Record<string, string>} params @param {string} side */
function saved(params, side) {
  const { trl_min, trl_max, ...codes } = filterQuery(params, side);
  const filters = { ...Object.fromEntries(Object.entries(codes).map(([name, value]) => [name, value.split(',')])), ...(trl_min ? { trl_min: Number(trl_min) } : {}), ...(trl_max ? { trl_max: Number(trl_max) } : {}) };
  return { name: (params.q || t(`side.${side}`)).slice(0, 200), side, ...(params.q ? { q: params.q } : {}), ...(Object.keys(filters).length > 0 ? { filters } : {}) };
}

function Hits({ answer, params }) {
  const pages = Math.ceil(Math.min(answer.total, 10000) / PAGE);
  return html`
    <ol class="hits" start=${(answer.page - 1) * PAGE + 1}>
      ${answer.hits.map((hit) => html`<${Hit} key=${hit.id} hit=${hit} />`)}
    </ol>
    ${pages > 1 && html`
      <nav class="pages" aria-label=${t('search.pages')}>
        <button type="button" disabled=${answer.page <= 1} onClick=${() => turn(answer.page - 1)}>${t('search.previous')}</button>
        <span>${t('search.page', { page: number(answer.page), pages: number(pages) })}</span>
        <button type="button" disabled=${answer.page >= pages} onClick=${() => turn(answer.page + 1)}>${t('search.next')}</button>
      </nav>`}
    <div class="pages"><${Export} path="v1/exports/search" name="search" query=${{ side: answer.side, q: params.q, ...filterQuery(params, answer.side) }} print=${false} />${(params.q || Object.keys(filterQuery(params, answer.side)).length > 0) && html`<${WatchButton} what=${saved(params, answer.side)} />`}</div>
  `;
}

/** @param {number} page */
function turn(page) {
  replaceParams({ page: page > 1 ? page : null });
  document.querySelector('.results')?.scrollIntoView();
}

function Hit({ hit }) {
  const side = hit.kind === 'need' ? 'needs' : 'projects';
  const title = marked(hit, 'title');
  const body = marked(hit, 'summary');
  return html`
    <li class="hit">
      <h2><a href=${href([side, hit.id])} lang=${title.lang}><bdi><${Pieces} pieces=${cut(title.text, title.places)} /></bdi></a></h2>
      <div class="hit-line"><${Facts} record=${hit} />${side === 'needs' && html`<a class="small" href=${href([side, hit.id])} aria-label=${`${t('search.see_matches')}${t('colon')}${title.text}`}>${t('search.see_matches')} →</a>`}</div>
      ${body.text && html`<p class="excerpt" lang=${body.lang} dir="auto"><${Pieces} pieces=${excerpt(cut(body.text, body.places), 220)} /></p>`}
    </li>
  `;
}

/** The text of a field that is shown, and what is marked in it: that in the reader's language, unless the words were found in another one only. */
function marked(hit, field) {
  const places = (lang) => hit.highlights.filter((place) => place.field === `${field}.${lang}`);
  const own = pick(hit[field]);
  const found = Object.keys(hit[field]).find((lang) => places(lang).length > 0);
  const lang = places(own.lang).length > 0 || !found ? own.lang : found;
  return { text: hit[field][lang] ?? '', lang, places: places(lang) };
}

const Pieces = ({ pieces }) => pieces.map((piece) => (piece.marked ? html`<mark>${piece.text}</mark>` : piece.text));
