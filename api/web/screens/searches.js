// Saved searches and watched needs: what the last nights changed for them.
import { get, send } from '../api.js';
import { Loading, ProblemNote } from '../components/parts.js';
import { RecordTitle } from '../components/record_title.js';
import { tell } from '../components/toasts.js';
import { useData, useTitle } from '../hooks.js';
import { date, number, t } from '../i18n.js';
import { href } from '../router.js';
import { html, useState } from '../vendor/preact.js';

export default function Searches() {
  const { data, problem, again } = useData((signal) => get('v1/searches', {}, signal), []);
  useTitle(t('nav.searches'));
  if (problem) return html`<${ProblemNote} problem=${problem} again=${again} />`;
  if (!data) return html`<${Loading} />`;
  return html`
    <h1>${t('nav.searches')}</h1>
    <p class="lead">${t('searches.lead')}</p>
    ${data.searches.length === 0 ? html`<div class="empty"><h2>${t('searches.empty')}</h2><p>${t('searches.empty_hint')}</p><p><a href=${href(['search'])}>${t('shell.to_search')}</a></p></div>` : html`
      <ul class="hits">${data.searches.map((one) => html`<${Saved} key=${one.id} one=${one} again=${again} />`)}</ul>`}
  `;
}

/** The address of the search as it was saved. */
function addressOf(one) {
  if (one.need) return href(['needs', one.need]);
  const filters = Object.fromEntries(Object.entries(one.filters ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]));
  return href(['search'], { side: one.side, q: one.q, ...filters });
}

function Saved({ one, again }) {
  const kind = one.need ? 'projects' : one.side ?? 'projects';
  const { data, problem } = useData((signal) => get(`v1/searches/${encodeURIComponent(one.id)}/news`, {}, signal), [one.id]);
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const remove = async () => {
    try {
      await send(`v1/searches/${encodeURIComponent(one.id)}`, { method: 'DELETE', ifMatch: `"${one.revision}"` });
      tell(t('searches.deleted', { name: one.name }));
      again();
    } catch (error) {
      setFailed(error);
    }
  };
  return html`
    <li class="hit">
      <div class="hit-line"><h2><a href=${addressOf(one)}><bdi>${one.name}</bdi></a></h2><button type="button" class="plain" onClick=${remove} aria-label=${`${t('shortlists.delete')} ${one.name}`}>✕</button></div>
      ${one.need && html`<p class="small">${t('searches.watched')} <${RecordTitle} kind="needs" id=${one.need} /></p>`}
      ${(failed ?? problem) && html`<${ProblemNote} problem=${failed ?? problem} />`}
      ${data && (data.entries.length === 0 ? html`<p class="small">${t(data.seen ? 'searches.no_news' : 'searches.not_yet')}</p>` : data.entries.map((entry) => html`<${Night} key=${entry.generation} entry=${entry} kind=${kind} />`))}
    </li>
  `;
}

function Night({ entry, kind }) {
  return html`
    <details open><summary>${date(entry.at)} <span class="small">${t('searches.counts', { came: number(entry.counts.came), rose: number(entry.counts.rose), left: number(entry.counts.left) })}</span></summary>
      <ul class="small-matches">
        ${['came', 'rose', 'left'].flatMap((change) => entry[change].map((one) => html`
          <li key=${`${change}${one.id}`}><span><span class=${`badge ${change === 'left' ? '' : 'strong'}`}>${t(`searches.${change}`)}</span> <a href=${href([kind, one.id])}><bdi>${one.title ?? one.id}</bdi></a></span></li>`))}
      </ul>
    </details>
  `;
}
