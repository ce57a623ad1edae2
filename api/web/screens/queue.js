// The work queue: needs with candidates that are new since the generation before, what to do first on top.
import { get } from '../api.js';
import { Announce, Foreign, Loading, ProblemNote } from '../components/parts.js';
import { useData, useShortcuts, useTitle } from '../hooks.js';
import { date, number, t } from '../i18n.js';
import { go, href, replaceParams, useRoute } from '../router.js';
import { session } from '../session.js';
import { html, useState } from '../vendor/preact.js';
import { codesOf, nameOf } from '../vocabulary.js';

const PAGE = 25;
const SOON_DAYS = 30;

export default function Queue() {
  const { params } = useRoute();
  const page = Math.max(1, Number(params.page) || 1);
  const query = { park: params.park, status: params.status, limit: PAGE, offset: (page - 1) * PAGE };
  const { data, problem, loading, again } = useData((signal) => get('v1/queue', query, signal), [JSON.stringify(query)]);
  useTitle(t('nav.queue'));
  return html`
    <h1>${t('nav.queue')}</h1>
    <p class="lead">${data ? (data.previous ? t('queue.since', { generation: data.generation, previous: data.previous }) : t('queue.no_previous')) : t('queue.lead')}</p>
    <div class="tools" role="group" aria-label=${t('filter.title')}>
      ${!session.get().caller?.park && html`<${Choice} name="park" list="park" value=${params.park} />`}
      <${Choice} name="status" list="status" value=${params.status} />
    </div>
    ${problem ? html`<${ProblemNote} problem=${problem} again=${again} />` : !data ? html`<${Loading} />` : html`<div aria-busy=${loading ? 'true' : 'false'}><${Rows} answer=${data} page=${page} /></div>`}
  `;
}

/** @param {{name: string, list: string, value?: string}} props */
function Choice({ name, list, value }) {
  return html`
    <label class="sort"><span>${t(`queue.${name}`)}</span>
      <select value=${value ?? ''} onChange=${(event) => replaceParams({ [name]: event.target.value, page: null })}>
        <option value="">${t('filter.any')}</option>
        ${codesOf(list).map((code) => html`<option key=${code.code} value=${code.code}>${nameOf(list, code.code)}</option>`)}
      </select>
    </label>
  `;
}

function Rows({ answer, page }) {
  const [active, setActive] = useState(0);
  const last = answer.needs.length - 1;
  const move = (step) => {
    const next = Math.min(last, Math.max(0, active + step));
    setActive(next);
    document.getElementById(`queue-${next}`)?.focus();
  };
  useShortcuts({
    j: () => move(document.activeElement?.id.startsWith('queue-') ? 1 : 0),
    k: () => move(-1),
    Enter: () => answer.needs[active] && go(href(['needs', answer.needs[active].id])),
  });
  if (answer.needs.length === 0) return html`<div class="empty"><h2>${t('queue.empty')}</h2><p>${t('queue.empty_hint')}</p><p><a href=${href(['search'], { side: 'needs' })}>${t('queue.all_needs')}</a></p></div>`;
  return html`
    <${Announce} text=${t('queue.told', { count: answer.total })} />
    <p class="small">${t('queue.told', { count: number(answer.total) })}</p>
    <div class="scroll card" tabindex="0" role="region" aria-label=${t('nav.queue')}>
      <table class="rows">
        <thead><tr><th scope="col">${t('queue.need')}</th><th scope="col">${t('queue.new')}</th><th scope="col">${t('queue.best')}</th><th scope="col">${t('queue.park')}</th><th scope="col">${t('queue.deadline')}</th><th scope="col">${t('queue.status')}</th><th scope="col">${t('queue.cases')}</th></tr></thead>
        <tbody>
          ${answer.needs.map((need, i) => html`
            <tr key=${need.id} class=${i === active ? 'active' : ''}>
              <th scope="row"><a id=${`queue-${i}`} href=${href(['needs', need.id])} onFocus=${() => setActive(i)}><${Foreign} of=${need.title} /></a></th>
              <td class="number">${need.new == null ? t('facts.none') : number(need.new)}</td>
              <td>${need.best_band ? html`<span class=${`badge ${need.best_band}`}>${t(`band.${need.best_band}`)}</span>` : t('facts.none')}</td>
              <td>${nameOf('park', need.park) || t('unknown')}</td>
              <td><${Deadline} day=${need.deadline} /></td>
              <td>${nameOf('status', need.status) || t('unknown')}</td>
              <td class="number">${number(need.open_cases ?? 0)}</td>
            </tr>`)}
        </tbody>
      </table>
    </div>
    <div class="pages">
      ${page > 1 && html`<button type="button" onClick=${() => replaceParams({ page: page - 1 === 1 ? null : page - 1 })}>${t('search.previous')}</button>`}
      ${answer.more && html`<button type="button" onClick=${() => replaceParams({ page: page + 1 })}>${t('search.next')}</button>`}
    </div>
  `;
}

/** @param {{day?: string | null}} props */
function Deadline({ day }) {
  if (!day) return html`${t('unknown')}`;
  const left = Math.ceil((new Date(day).getTime() - Date.now()) / 86400000);
  return html`${date(day)}${left < 0 ? html` <span class="badge bad">${t('queue.overdue')}</span>` : left <= SOON_DAYS ? html` <span class="badge warn">${t('queue.days', { days: left })}</span>` : ''}`;
}
