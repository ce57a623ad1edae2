// Small parts that every screen uses.
import { Problem } from '../api.js';
import { has, pick, t } from '../i18n.js';
import { href } from '../router.js';
import { html, useEffect, useRef } from '../vendor/preact.js';
import { nameOf } from '../vocabulary.js';

export const Loading = () => html`<p class="loading" role="status"><span class="spinner" aria-hidden="true"></span>${t('loading')}</p>`;

/** A refusal or a fault, and what to do about it. @param {{problem: any, again?: () => void}} props */
export function ProblemNote({ problem, again }) {
  const known = problem instanceof Problem ? problem : new Problem({ code: 'page', detail: String(problem?.message ?? problem) }, 0);
  const title = known.code === 'unreachable' ? t('problem.unreachable') : known.code === 'page' ? t('problem.page') : known.title || t('problem.title');
  const hint = known.code === 'unreachable' ? t('problem.unreachable_hint') : known.errors.length > 0 ? '' : known.hint;
  const refused = known.status >= 400 && known.status < 500 && known.status !== 429; // asking again the same gets the same
  return html`
    <div class="note bad" role="alert">
      <p><b>${title}</b></p>
      ${known.detail && known.detail !== title && known.errors.length === 0 && html`<p>${known.detail}</p>`}
      ${known.errors.length > 0 && html`<ul>${known.errors.map((error) => html`<li>${has(`filter.${error.parameter}`) ? `${t(`filter.${error.parameter}`)} (${error.parameter})` : error.parameter ?? error.pointer}${t('colon')}${error.detail}</li>`)}</ul>`}
      ${hint && html`<p>${hint}</p>`}
      ${known.requestId && html`<p class="small">${t('problem.request', { id: known.requestId })}</p>`}
      ${again && !refused && html`<button type="button" onClick=${again}>${t('problem.again')}</button>`}
      ${known.status === 404 && html`<p><a href=${href(['search'])}>${t('shell.to_search')}</a></p>`}
    </div>
  `;
}

/** Text of a record, with the language that it is in, so that it is read out and broken as what it is. @param {{of: any, tag?: string, class?: string}} props */
export function Foreign({ of, tag = 'span', ...rest }) {
  const { text, lang } = typeof of === 'string' || of == null ? pick(of) : 'text' in of && 'lang' in of ? of : pick(of);
  return html`<${tag} lang=${lang || null} dir="auto" ...${rest}><bdi>${text}</bdi></${tag}>`;
}

/** What is told to those who do not see that something changed. @param {{text: string}} props */
export const Announce = ({ text }) => html`<p class="visually-hidden" role="status">${text}</p>`;

/** The facts of a record in one line: country, kind of organisation, fields, readiness. */
export function Facts({ record }) {
  const trl = record.trl ?? (record.trl_min != null ? `${record.trl_min}–${record.trl_max ?? 9}` : record.trl_max != null ? `≤ ${record.trl_max}` : null);
  const parts = [
    nameOf('country', record.country),
    nameOf('park', record.park),
    nameOf('org_kind', record.org_kind),
    (record.fields ?? []).map((code) => nameOf('field', code)).join(t('comma')),
    trl != null ? `TRL ${trl}` : '',
    (record.coop_modes ?? []).map((code) => nameOf('coop_mode', code)).join(t('comma')),
  ].filter(Boolean);
  return html`<ul class="facts">${parts.map((part) => html`<li>${part}</li>`)}</ul>`;
}

/** A dialog of the browser's own: it keeps the focus in, Escape closes it. */
export function Dialog({ title, onClose, children, ...rest }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const opener = /** @type {HTMLElement | null} */ (document.activeElement);
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      shown?.close(); // while it is open nothing beside it takes the focus
      opener?.focus?.();
    };
  }, []);
  return html`
    <dialog ref=${dialog} onClose=${onClose} onClick=${(event) => event.target === dialog.current && onClose()} aria-labelledby="dialog-title" ...${rest}>
      <div class="dialog-body">
        <header><h2 id="dialog-title">${title}</h2><button type="button" class="plain" onClick=${onClose} aria-label=${t('close')}>✕</button></header>
        ${children}
      </div>
    </dialog>
  `;
}
