// One shortlist: notes on each item, out as a table, or on paper for a meeting.
import { ask, put, send } from '../api.js';
import { Export } from '../components/export.js';
import { Dialog, Loading, ProblemNote } from '../components/parts.js';
import { RecordTitle } from '../components/record_title.js';
import { tell } from '../components/toasts.js';
import { useData, useTitle } from '../hooks.js';
import { date, number, t } from '../i18n.js';
import { go, href } from '../router.js';
import { html, useState } from '../vendor/preact.js';

/** @param {{id: string}} props */
export default function Shortlist({ id }) {
  const path = `v1/shortlists/${encodeURIComponent(id)}`;
  const { data, problem, again } = useData((signal) => ask(path, { signal }), [id]);
  const [failed, setFailed] = useState(/** @type {any} */ (null));
  const [removing, setRemoving] = useState(false);
  useTitle(data?.json.name ?? '');
  if (problem) return html`<${ProblemNote} problem=${problem} again=${again} />`;
  if (!data) return html`<${Loading} />`;
  const list = data.json;
  const change = async (items) => {
    setFailed(null);
    try {
      await put(path, { name: list.name, items }, { ifMatch: data.etag });
      tell(t('saved'));
      again();
    } catch (error) {
      setFailed(error);
    }
  };
  const remove = async () => {
    try {
      await send(path, { method: 'DELETE', ifMatch: data.etag });
      go(href(['shortlists']));
    } catch (error) {
      setRemoving(false);
      setFailed(error);
    }
  };
  return html`
    <p class="small no-print"><a href=${href(['shortlists'])}>${t('nav.shortlists')}</a></p>
    <div class="title-line"><h1><bdi>${list.name}</bdi></h1>
      <div class="buttons no-print">${list.items.length > 0 && html`<${Export} path=${`v1/exports/shortlists/${encodeURIComponent(id)}`} name="shortlist" />`}<button type="button" onClick=${() => setRemoving(true)}>${t('shortlists.delete')}</button></div>
    </div>
    <p class="print-only small">${t('shortlists.printed', { date: date(new Date().toISOString()) })}</p>
    ${failed && html`<${ProblemNote} problem=${failed} again=${again} />`}
    ${list.items.length === 0 ? html`<div class="empty"><p>${t('shortlists.empty_hint')}</p></div>` : html`
      <ol class="hits shortlist">${list.items.map((item, i) => html`
        <li class="hit" key=${`${item.need ?? ''}\t${item.project ?? ''}`}>
          <p class="hit-line"><span><span class="count">${number(i + 1)}</span> <${Item} item=${item} /></span>
            <button type="button" class="plain no-print" onClick=${() => change(list.items.filter((_, k) => k !== i))} aria-label=${t('shortlists.remove', { number: i + 1 })}>✕</button></p>
          <${Note} text=${item.note ?? ''} number=${i + 1} onSave=${(note) => change(list.items.map((other, k) => (k === i ? { ...other, note: note || undefined } : other)))} />
        </li>`)}</ol>`}
    ${removing && html`<${Dialog} title=${t('shortlists.delete_ask')} onClose=${() => setRemoving(false)}><p><bdi>${list.name}</bdi></p><div class="buttons"><button type="button" class="primary" onClick=${remove}>${t('shortlists.delete')}</button><button type="button" onClick=${() => setRemoving(false)}>${t('cancel')}</button></div><//>`}
  `;
}

function Item({ item }) {
  return html`
    ${item.need && html`<span class="badge">${t('compare.need')}</span> <${RecordTitle} kind="needs" id=${item.need} />`}
    ${item.need && item.project && ' ↔ '}
    ${item.project && html`<span class="badge">${t('compare.project')}</span> <${RecordTitle} kind="projects" id=${item.project} />`}
  `;
}

function Note({ text, number: place, onSave }) {
  const [note, setNote] = useState(text);
  return html`
    <form class="note-line no-print" onSubmit=${(event) => { event.preventDefault(); onSave(note.trim()); }}>
      <input aria-label=${t('shortlists.note_of', { number: place })} placeholder=${t('shortlists.note')} maxlength="2000" value=${note} onInput=${(event) => setNote(event.target.value)} />
      ${note.trim() !== text && html`<button type="submit">${t('cases.save')}</button>`}
    </form>
    ${text && html`<p class="print-only small" dir="auto">${t('shortlists.note')}${t('colon')}<bdi>${text}</bdi></p>`}
  `;
}
