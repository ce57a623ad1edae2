// What only staff of all parks do: keys of access, weights of the ranking, the generation that is served.
import { ask, get, post, put, send } from '../api.js';
import { Dialog, Loading, ProblemNote } from '../components/parts.js';
import { tell } from '../components/toasts.js';
import { useData, useTitle } from '../hooks.js';
import { date, number, t } from '../i18n.js';
import { href } from '../router.js';
import { session } from '../session.js';
import { html, useState } from '../vendor/preact.js';
import { codesOf, nameOf } from '../vocabulary.js';

export default function Admin() {
  useTitle(t('nav.admin'));
  if (session.get().caller?.park) return html`<section class="empty"><h1>${t('nav.admin')}</h1><p>${t('admin.all_parks')}</p></section>`;
  return html`<h1>${t('nav.admin')}</h1><div class="stack-wide"><${Keys} /><${Profile} /><${Generations} /></div>`;
}

/* ---- keys ---- */

function Keys() {
  const { data, problem, again } = useData((signal) => get('v1/keys', {}, signal), []);
  const [made, setMade] = useState(/** @type {any} */ (null));
  const [revoking, setRevoking] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const revoke = async () => {
    try {
      await send(`v1/keys/${encodeURIComponent(revoking.name)}`, { method: 'DELETE' });
      tell(t('admin.revoked', { name: revoking.name }));
      again();
    } catch (error) {
      setFailed(error);
    }
    setRevoking(null);
  };
  return html`
    <section class="card" aria-label=${t('admin.keys')}>
      <h2>${t('admin.keys')}</h2>
      ${session.get().caller?.open && html`<p class="note">${t('admin.open')}</p>`}
      ${failed && html`<${ProblemNote} problem=${failed} />`}
      ${problem ? html`<${ProblemNote} problem=${problem} again=${again} />` : !data ? html`<${Loading} />` : data.keys.length > 0 && html`
        <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.keys')}><table class="rows">
          <thead><tr><th scope="col">${t('admin.key')}</th><th scope="col">${t('admin.role')}</th><th scope="col">${t('admin.of')}</th><th scope="col">${t('admin.created')}</th><th scope="col">${t('admin.expires')}</th><th scope="col">${t('admin.last_used')}</th><th scope="col"><span class="visually-hidden">${t('admin.revoke')}</span></th></tr></thead>
          <tbody>${data.keys.map((one) => html`
            <tr key=${one.name}><th scope="row"><span class="number">${one.name}</span> <bdi class="small">${one.label ?? ''}</bdi></th>
              <td>${t(`role.${one.role}`)}</td><td><bdi>${one.organisation ?? (one.park ? nameOf('park', one.park) : t('facts.none'))}</bdi></td>
              <td>${date(one.created)}</td><td>${one.expires ? date(one.expires) : t('admin.never')}</td><td>${one.last_used ? date(one.last_used) : t('unknown')}</td>
              <td>${one.revoked ? html`<span class="badge bad">${t('admin.is_revoked')}</span>` : html`<button type="button" onClick=${() => setRevoking(one)} aria-label=${`${t('admin.revoke')} ${one.name}`}>${t('admin.revoke')}</button>`}</td></tr>`)}</tbody>
        </table></div>`}
      <${NewKey} onMade=${(key) => { setMade(key); again(); }} />
      ${made && html`<${Dialog} title=${t('admin.made')} onClose=${() => setMade(null)}><p>${t('admin.made_once')}</p><p><input class="secret" readonly aria-label=${t('admin.key')} value=${made.key} onFocus=${(event) => event.target.select()} /></p><div class="buttons"><button type="button" class="primary" onClick=${() => navigator.clipboard.writeText(made.key).then(() => tell(t('copied')), () => tell(t('not_copied')))}>${t('admin.copy')}</button></div><//>`}
      ${revoking && html`<${Dialog} title=${t('admin.revoke_ask', { name: revoking.name })} onClose=${() => setRevoking(null)}><p>${t('admin.revoke_is')}</p><div class="buttons"><button type="button" class="primary" onClick=${revoke}>${t('admin.revoke')}</button><button type="button" onClick=${() => setRevoking(null)}>${t('cancel')}</button></div><//>`}
    </section>
  `;
}

function NewKey({ onMade }) {
  const [values, setValues] = useState({ role: 'enterprise', organisation: '', park: '', label: '', expires: '' });
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const set = (name) => (event) => setValues({ ...values, [name]: event.target.value });
  const make = async (event) => {
    event.preventDefault();
    setProblem(null);
    const { role, organisation, park, label, expires } = values;
    try {
      onMade(await post('v1/keys', { role, ...(role === 'enterprise' ? { organisation } : {}), ...(role === 'staff' && park ? { park } : {}), ...(label ? { label } : {}), ...(expires ? { expires } : {}) }));
    } catch (error) {
      setProblem(error);
    }
  };
  return html`
    <details><summary>${t('admin.new_key')}</summary>
      <form class="pairs-of-fields" onSubmit=${make}>
        <label>${t('admin.role')}<select value=${values.role} onChange=${set('role')}>${['enterprise', 'staff', 'job'].map((role) => html`<option value=${role}>${t(`role.${role}`)}</option>`)}</select></label>
        ${values.role === 'enterprise' && html`<label>${t('post.name')}<input required maxlength="120" value=${values.organisation} onInput=${set('organisation')} /></label>`}
        ${values.role === 'staff' && html`<label>${t('queue.park')}<select value=${values.park} onChange=${set('park')}><option value="">${t('admin.every_park')}</option>${codesOf('park').map((code) => html`<option value=${code.code}>${nameOf('park', code.code)}</option>`)}</select></label>`}
        <label>${t('admin.label')}<input maxlength="120" value=${values.label} onInput=${set('label')} /></label>
        <label>${t('admin.expires')}<input type="date" value=${values.expires} onInput=${set('expires')} /></label>
        <p class="buttons"><button type="submit" class="primary">${t('admin.new_key')}</button></p>
        ${problem && html`<${ProblemNote} problem=${problem} />`}
      </form>
    </details>
  `;
}

/* ---- weights ---- */

function Profile() {
  const { data, problem, again } = useData((signal) => ask('v1/profiles', { signal }), []);
  if (problem) return html`<section class="card"><h2>${t('admin.profile')}</h2><${ProblemNote} problem=${problem} again=${again} /></section>`;
  if (!data) return html`<${Loading} />`;
  return html`<${Weights} answer=${data.json} key=${JSON.stringify(data.json.next)} again=${again} />`;
}

function Weights({ answer, again }) {
  const current = answer.profiles[0].profile;
  const start = answer.next?.profile?.weights ?? current.weights;
  const [weights, setWeights] = useState(/** @type {Record<string, [number, number]>} */ (start));
  const [version, setVersion] = useState('');
  const [shown, setShown] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const changed = Object.fromEntries(Object.entries(weights).filter(([name, pair]) => JSON.stringify(pair) !== JSON.stringify(current.weights[name])));
  const any = Object.keys(changed).length > 0;
  const set = (name, side, value) => {
    setShown(null);
    setWeights({ ...weights, [name]: side === 0 ? [value, weights[name][1]] : [weights[name][0], value] });
  };
  const attempt = (action) => async (event) => {
    event.preventDefault();
    setProblem(null);
    setBusy(true);
    try {
      await action();
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  const preview = attempt(async () => setShown(await post('v1/profiles/preview', { weights: changed })));
  const save = attempt(async () => {
    await put('v1/profiles/next', { version, weights: changed }, answer.next ? { ifMatch: `"${answer.next.revision}"` } : {});
    tell(t('admin.profile_saved'));
    again();
  });
  return html`
    <section class="card" aria-label=${t('admin.profile')}>
      <h2>${t('admin.profile')}</h2>
      <p class="small">${t('admin.profile_is', { name: answer.profiles[0].name, version: answer.profiles[0].version })}</p>
      ${answer.next && html`<p class="note calm">${t('admin.profile_waits', { version: answer.next.profile.version ?? '' })}</p>`}
      <form onSubmit=${preview}>
        <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.profile')}><table class="rows weights">
          <thead><tr><th scope="col">${t('match.signal')}</th><th scope="col">${t('signals.enterprise')}</th><th scope="col">${t('signals.owner')}</th></tr></thead>
          <tbody>${Object.entries(weights).map(([name, pair]) => html`
            <tr key=${name} class=${name in changed ? 'active' : ''}><th scope="row">${t(`signal.${name}`)}</th>
              ${[0, 1].map((side) => html`<td><input type="number" min="0" max="1000" step="10" aria-label=${`${t(`signal.${name}`)} ${t(side === 0 ? 'signals.enterprise' : 'signals.owner')}`} value=${pair[side]} onInput=${(event) => set(name, side, Number(event.target.value))} /></td>`)}</tr>`)}</tbody>
        </table></div>
        <p class="buttons"><button type="submit" disabled=${!any || busy}>${t('admin.preview')}</button><button type="button" class="plain" onClick=${() => { setWeights(current.weights); setShown(null); }}>${t('admin.reset')}</button></p>
      </form>
      ${problem && html`<${ProblemNote} problem=${problem} />`}
      ${shown && html`
        <${Preview} shown=${shown} />
        <form class="tools" onSubmit=${save}><label class="sort"><span>${t('admin.version')}</span><input required maxlength="40" placeholder="2026-12-01" value=${version} onInput=${(event) => setVersion(event.target.value)} /></label><button type="submit" class="primary" disabled=${busy}>${t('admin.apply')}</button></form>`}
    </section>
  `;
}

/** The first ten of sample needs before and after. */
function Preview({ shown }) {
  const place = (list, id) => list.findIndex((one) => one.id === id) + 1;
  return html`
    <div role="status"><p><b>${t('admin.previewed', { count: number(shown.needs.length), same: number(shown.unchanged) })}</b></p></div>
    ${shown.needs.map((need) => html`
      <details key=${need.id}><summary><a href=${href(['needs', need.id])}>${need.id}</a> <span class="small">${t('admin.kept', { kept: number(need.kept), of: number(need.before.length) })}</span></summary>
        <ol class="preview">${need.after.map((one, i) => {
          const before = place(need.before, one.id);
          return html`<li key=${one.id}><a href=${href(['projects', one.id])}><bdi>${one.id}</bdi></a> <span class=${`badge ${one.band}`}>${t(`band.${one.band}`)}</span> <span class="small">${before === 0 ? t('admin.came') : before === i + 1 ? t('admin.stays') : t('admin.was', { rank: before })}</span></li>`;
        })}</ol>
      </details>`)}
  `;
}

/* ---- generations ---- */

function Generations() {
  const { data, problem, again } = useData((signal) => get('v1/generations', {}, signal), []);
  const [asking, setAsking] = useState(/** @type {any} */ (null));
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const serve = async () => {
    try {
      await put('v1/generations/current', { generation: asking.generation });
      tell(t('admin.served', { generation: asking.generation }));
      again();
    } catch (error) {
      setFailed(error);
    }
    setAsking(null);
  };
  return html`
    <section class="card" aria-label=${t('admin.generations')}>
      <h2>${t('admin.generations')}</h2>
      <p class="small">${t('admin.generations_are')}</p>
      ${failed && html`<${ProblemNote} problem=${failed} />`}
      ${problem ? html`<${ProblemNote} problem=${problem} again=${again} />` : !data ? html`<${Loading} />` : html`
        <div class="scroll" tabindex="0" role="region" aria-label=${t('admin.generations')}><table class="rows">
          <thead><tr><th scope="col">${t('admin.generation')}</th><th scope="col">${t('admin.created')}</th><th scope="col">${t('side.projects')}</th><th scope="col">${t('side.needs')}</th><th scope="col">${t('admin.scored')}</th><th scope="col"><span class="visually-hidden">${t('admin.serve')}</span></th></tr></thead>
          <tbody>${data.generations.map((one) => html`
            <tr key=${one.generation}><th scope="row" class="number">${one.generation}</th><td>${date(one.created)}</td><td class="number">${one.projects == null ? '' : number(one.projects)}</td><td class="number">${one.needs == null ? '' : number(one.needs)}</td><td class="small">${one.profile?.split('/').slice(0, 2).join(' ')}</td>
              <td>${one.current ? html`<span class="badge strong">${t('admin.is_served')}</span>` : one.readable === false ? html`<span class="badge bad">${t('admin.unreadable')}</span>` : html`<button type="button" onClick=${() => setAsking(one)} aria-label=${`${t('admin.serve')} ${one.generation}`}>${t('admin.serve')}</button>`}</td></tr>`)}</tbody>
        </table></div>`}
      ${asking && html`<${Dialog} title=${t('admin.serve_ask', { generation: asking.generation })} onClose=${() => setAsking(null)}><p>${t('admin.serve_is')}</p><div class="buttons"><button type="button" class="primary" onClick=${serve}>${t('admin.serve')}</button><button type="button" onClick=${() => setAsking(null)}>${t('cancel')}</button></div><//>`}
    </section>
  `;
}
