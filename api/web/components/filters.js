// Filters of a list: what there is to choose with its counts, and chips of what was chosen. All of it stands in the address.
import { number, t } from '../i18n.js';
import { replaceParams, useRoute } from '../router.js';
import { html, useState } from '../vendor/preact.js';
import { codesOf, nameOf } from '../vocabulary.js';

/** Filters by their parameter: the list of their codes, and the sides they are for. */
export const filters = [
  { name: 'field', list: 'field', sides: ['projects', 'needs'] },
  { name: 'country', list: 'country', sides: ['projects'] },
  { name: 'group', list: 'country_group', sides: ['projects'] },
  { name: 'park', list: 'park', sides: ['needs'] },
  { name: 'mode', list: 'coop_mode', sides: ['projects', 'needs'] },
];

const FIRST = 6; // choices shown before "more"

/** What a search on a side shall be counted by. @param {string} side */
export const facetsOf = (side) => filters.filter((filter) => filter.sides.includes(side)).map((filter) => filter.name).join(',');

/** Parameters of the address that filter a side. @param {Record<string, string>} params @param {string} side */
export function filterQuery(params, side) {
  /** @type {Record<string, string>} */
  const query = {};
  for (const filter of filters) if (filter.sides.includes(side) && params[filter.name]) query[filter.name] = params[filter.name];
  for (const name of ['trl_min', 'trl_max']) if (params[name]) query[name] = params[name];
  return query;
}

/** @param {string | undefined} value */
const chosen = (value) => (value ? value.split(',') : []);

/** @param {string} name @param {string} code @param {Record<string, string>} params */
function toggle(name, code, params) {
  const codes = chosen(params[name]);
  const next = codes.includes(code) ? codes.filter((other) => other !== code) : [...codes, code];
  replaceParams({ [name]: next.join(','), page: null });
}

/** @param {{side: string, facets?: Record<string, {value: string, count: number}[]>, note?: string}} props facets: undefined where they cannot be had, empty while they are on their way */
export function FilterPanel({ side, facets, note }) {
  const { params } = useRoute();
  return html`
    <section class="filters" aria-label=${t('filter.title')}>
      <details open=${matchMedia('(min-width: 56rem)').matches}>
        <summary><h2>${t('filter.title')}</h2></summary>
        ${note && html`<p class="small">${note}</p>`}
        ${filters.filter((filter) => filter.sides.includes(side)).map((filter) => html`<${FilterGroup} key=${filter.name} filter=${filter} params=${params} counts=${facets ? facets[filter.name] ?? [] : undefined} />`)}
        <fieldset>
          <legend>${t('filter.trl')}</legend>
          <div class="range">
            ${['trl_min', 'trl_max'].map(
              (name) => html`
                <select aria-label=${t(`filter.${name}`)} value=${params[name] ?? ''} onChange=${(event) => setTrl(name, event.target.value, params)}>
                  <option value="">${t('filter.any')}</option>
                  ${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => html`<option value=${String(level)}>${level}</option>`)}
                </select>
                ${name === 'trl_min' && html`<span aria-hidden="true">–</span>`}
              `,
            )}
          </div>
        </fieldset>
      </details>
    </section>
  `;
}

/** The bounds never cross: the other one gives way. @param {string} name @param {string} value @param {Record<string, string>} params */
function setTrl(name, value, params) {
  const other = name === 'trl_min' ? 'trl_max' : 'trl_min';
  const crossed = value && params[other] && (name === 'trl_min' ? Number(value) > Number(params[other]) : Number(value) < Number(params[other]));
  replaceParams({ [name]: value, page: null, ...(crossed ? { [other]: value } : {}) });
}

function FilterGroup({ filter, params, counts }) {
  const [all, setAll] = useState(false);
  const picked = chosen(params[filter.name]);
  const rows = choices(picked, counts);
  if (counts && rows.length === 0) return null; // nothing to choose among
  const shown = all ? rows : rows.slice(0, Math.max(FIRST, picked.length));
  return html`
    <fieldset>
      <legend>${t(`filter.${filter.name}`)}</legend>
      ${shown.map(
        (row) => html`
          <label class="check" key=${row.value}>
            <input type="checkbox" checked=${picked.includes(row.value)} onChange=${() => toggle(filter.name, row.value, params)} />
            <span>${nameOf(filter.list, row.value)}</span>${row.count != null && html`<span class="count">${number(row.count)}</span>`}
          </label>
        `,
      )}
      ${rows.length > shown.length && html`<button type="button" class="plain" onClick=${() => setAll(true)}>${t('filter.more', { count: rows.length - shown.length })}</button>`}
      ${!counts && html`
        <select class="add" aria-label=${t('filter.add', { name: t(`filter.${filter.name}`) })} value="" onChange=${(event) => { if (event.target.value) toggle(filter.name, event.target.value, params); event.target.value = ''; }}>
          <option value="">${t('filter.choose')}</option>
          ${codesOf(filter.list).map((code) => html`<option value=${code.code} disabled=${picked.includes(code.code)}>${code.parent || code.code.includes('.') ? '　' : ''}${nameOf(filter.list, code.code)}</option>`)}
        </select>`}
    </fieldset>
  `;
}

/** What was chosen stands first, also where nothing of it was found. @param {string[]} picked @param {{value: string, count: number}[] | undefined} counts */
function choices(picked, counts) {
  const rest = (counts ?? []).filter((row) => !picked.includes(row.value));
  return [...picked.map((value) => ({ value, count: counts?.find((row) => row.value === value)?.count ?? null })), ...rest];
}

/** Chips of what filters now; each takes itself away. @param {{side: string}} props */
export function FilterChips({ side }) {
  const { params } = useRoute();
  const query = filterQuery(params, side);
  const chips = filters.flatMap((filter) => chosen(query[filter.name]).map((code) => ({ name: filter.name, code, text: nameOf(filter.list, code) })));
  for (const name of ['trl_min', 'trl_max']) if (query[name]) chips.push({ name, code: query[name], text: `${t(`filter.${name}`)} ${query[name]}` });
  if (chips.length === 0) return null;
  return html`
    <ul class="chips" aria-label=${t('filter.current')}>
      ${chips.map(
        (chip) => html`
          <li key=${chip.name + chip.code}><button type="button" onClick=${() => toggle(chip.name, chip.code, params)} aria-label=${t('filter.remove', { name: chip.text })}>${chip.text}<span aria-hidden="true">✕</span></button></li>
        `,
      )}
      <li><button type="button" class="plain" onClick=${clear}>${t('filter.clear')}</button></li>
    </ul>
  `;
}

export const clear = () => replaceParams({ ...Object.fromEntries(filters.map((filter) => [filter.name, null])), trl_min: null, trl_max: null, page: null });
