// The board of cases: from suggested to landed, a column each. A card is moved by its dialog, so that keys alone suffice and every move has its note.
import { ask, get, put } from '../api.js';
import { Export } from '../components/export.js';
import { Announce, Dialog, Loading, ProblemNote } from '../components/parts.js';
import { RecordTitle } from '../components/record_title.js';
import { tell } from '../components/toasts.js';
import { useData, useTitle } from '../hooks.js';
import { date, has, number, shortLanguage, t } from '../i18n.js';
import { href } from '../router.js';
import { isStaff } from '../session.js';
import { html, useState } from '../vendor/preact.js';

/** A role where no key was used; else the name of the key, which says nothing to an enterprise. @param {string} by */
const whoIs = (by) => (has(`role.${by}`) ? t(`role.${by}`) : isStaff() ? by : '');
/** @param {any} step of a case */
const When = ({ step }) => html`${date(step.at)}${whoIs(step.by) && html` · <bdi>${whoIs(step.by)}</bdi>`}`;
const casePath = (one) => `v1/cases/${encodeURIComponent(one.need)}/${encodeURIComponent(one.project)}`;

export default function Cases() {
  const reasons = useData((signal) => get('v1/reasons', {}, signal), []);
  const { data, problem, again } = useData((signal) => get('v1/cases', { limit: 500 }, signal), []);
  const [open, setOpen] = useState(/** @type {any} */ (null));
  useTitle(t('nav.cases'));
  const failed = problem ?? reasons.problem;
  if (failed) return html`<${ProblemNote} problem=${failed} again=${again} />`;
  if (!data || !reasons.data) return html`<${Loading} />`;
  const statuses = reasons.data.case_statuses;
  return html`
    <div class="title-line"><h1>${t('nav.cases')}</h1>${data.cases.length > 0 && html`<${Export} path="v1/exports/cases" name="cases" />`}</div>
    <p class="print-only small">${t('shortlists.printed', { date: date(new Date().toISOString()) })}</p>
    <${Announce} text=${t('cases.told', { count: data.cases.length })} />
    ${data.more && html`<p class="note">${t('cases.more')}</p>`}
    ${data.cases.length === 0 && html`<div class="empty"><h2>${t('cases.empty')}</h2><p>${t('cases.empty_hint')}</p></div>`}
    <div class="board">
      ${statuses.map((status) => html`<${Column} key=${status.code} status=${status} cases=${data.cases.filter((one) => one.status === status.code)} onOpen=${setOpen} />`)}
    </div>
    ${open && html`<${CaseDialog} one=${open} reasons=${reasons.data} onClose=${() => setOpen(null)} onChanged=${() => { setOpen(null); again(); }} />`}
  `;
}

function Column({ status, cases, onOpen }) {
  return html`
    <section class="column" aria-label=${status[shortLanguage()]}>
      <h2>${status[shortLanguage()]} <span class="count">${number(cases.length)}</span></h2>
      <ul>
        ${cases.map((one) => html`
          <li class="case" key=${`${one.need}\t${one.project}`}>
            <p><${RecordTitle} kind="needs" id=${one.need} /></p>
            <p class="small">↔ <${RecordTitle} kind="projects" id=${one.project} /></p>
            ${one.note && html`<p class="small note calm" dir="auto"><bdi>${one.note}</bdi></p>`}
            ${one.internal_note && html`<p class="small no-print" dir="auto"><span class="badge">${t('cases.internal_is')}</span> <bdi>${one.internal_note}</bdi></p>`}
            <p class="case-line small"><span><${When} step=${one} /></span><button type="button" onClick=${() => onOpen(one)}>${t(isStaff() ? 'cases.open' : 'cases.see')}</button></p>
          </li>`)}
      </ul>
      ${cases.length === 0 && html`<p class="small">${t('cases.none')}</p>`}
    </section>
  `;
}

function CaseDialog({ one, reasons, onClose, onChanged }) {
  const { data, problem } = useData((signal) => ask(casePath(one), { signal }), [one.need, one.project]);
  return html`
    <${Dialog} title=${t('cases.case')} onClose=${onClose}>
      <p><${RecordTitle} kind="needs" id=${one.need} /></p>
      <p>↔ <${RecordTitle} kind="projects" id=${one.project} /></p>
      <p><a href=${href(['pairs', one.need, one.project])}>${t('do.compare')}</a></p>
      ${problem ? html`<${ProblemNote} problem=${problem} />` : !data ? html`<${Loading} />` : html`
        ${isStaff() && html`<${Move} one=${data.json} etag=${data.etag} reasons=${reasons} onChanged=${onChanged} />`}
        <${History} one=${one} reasons=${reasons} />`}
    <//>
  `;
}

/** One move forward, a drop with its reason, or a correction with a note. */
function Move({ one, etag, reasons, onChanged }) {
  const [status, setStatus] = useState('');
  const [reason, setReason] = useState('');
  const [note, setNote] = useState('');
  const [internal, setInternal] = useState('');
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const lang = shortLanguage();
  const allowed = reasons.case_statuses.find((other) => other.code === one.status)?.next ?? [];
  const correction = status !== '' && !allowed.includes(status);
  const save = async (event) => {
    event.preventDefault();
    try {
      await put(casePath(one), { status, ...(note ? { note } : {}), ...(internal ? { internal_note: internal } : {}), ...(status === 'dropped' ? { reason } : {}), ...(correction ? { correction: true } : {}) }, { ifMatch: etag });
      tell(t('cases.moved', { status: reasons.case_statuses.find((other) => other.code === status)[lang] }));
      onChanged();
    } catch (error) {
      setProblem(error);
    }
  };
  return html`
    <form class="stack" onSubmit=${save}>
      <label>${t('cases.move')}
        <select required value=${status} onChange=${(event) => setStatus(event.target.value)}>
          <option value="">${t('filter.choose')}</option>
          <optgroup label=${t('cases.next')}>${reasons.case_statuses.filter((other) => allowed.includes(other.code)).map((other) => html`<option value=${other.code}>${other[lang]}</option>`)}</optgroup>
          <optgroup label=${t('cases.correct')}>${reasons.case_statuses.filter((other) => !allowed.includes(other.code) && other.code !== one.status).map((other) => html`<option value=${other.code}>${other[lang]}</option>`)}</optgroup>
        </select>
      </label>
      ${status === 'dropped' && html`
        <label>${t('cases.reason')}
          <select required value=${reason} onChange=${(event) => setReason(event.target.value)}>
            <option value="">${t('filter.choose')}</option>
            ${reasons.reasons.filter((other) => other.of.includes('case')).map((other) => html`<option value=${other.code}>${other[lang]}</option>`)}
          </select>
        </label>`}
      <label><span>${t('cases.note')} <span class="badge possible">${t('cases.note_is')}</span>${correction && html` <span class="badge warn">${t('post.required')}</span>`}</span>
        <textarea rows="2" maxlength="2000" required=${correction} value=${note} onInput=${(event) => setNote(event.target.value)}></textarea>
      </label>
      <label><span>${t('cases.internal_note')} <span class="badge">${t('cases.internal_is')}</span></span>
        <textarea rows="2" maxlength="2000" value=${internal} onInput=${(event) => setInternal(event.target.value)}></textarea>
      </label>
      ${problem && html`<${ProblemNote} problem=${problem} />`}
      <button class="primary" type="submit">${t('cases.save')}</button>
    </form>
  `;
}

function History({ one, reasons }) {
  const { data } = useData((signal) => get(`${casePath(one)}/history`, {}, signal), [one.need, one.project]);
  const lang = shortLanguage();
  const nameIn = (list, code) => list.find((other) => other.code === code)?.[lang] ?? code;
  if (!data) return null;
  return html`
    <section><h3>${t('cases.history')}</h3>
      <ol class="history">${data.history.map((step) => html`
        <li key=${step.revision}><b>${nameIn(reasons.case_statuses, step.status)}</b>${step.correction && html` <span class="badge warn">${t('cases.corrected')}</span>`} <span class="small"><${When} step=${step} /></span>
          ${step.reason && html`<p class="small">${nameIn(reasons.reasons, step.reason)}</p>`}
          ${step.note && html`<p class="small" dir="auto"><bdi>${step.note}</bdi></p>`}
          ${step.internal_note && html`<p class="small" dir="auto"><span class="badge">${t('cases.internal_is')}</span> <bdi>${step.internal_note}</bdi></p>`}
        </li>`)}</ol>
    </section>
  `;
}

