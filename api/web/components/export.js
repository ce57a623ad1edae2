// Buttons that every list has: as a table for spreadsheets, and on paper.
import { download } from '../download.js';
import { t } from '../i18n.js';
import { html } from '../vendor/preact.js';

/** @param {{path: string, name: string, query?: Record<string, any>, print?: boolean, formats?: string[]}} props */
export function Export({ path, name, query = {}, print = true, formats = ['xlsx', 'csv'] }) {
  return html`
    <div class="buttons export">
      ${formats.map((format) => html`<button type="button" key=${format} onClick=${() => download(path, { ...query, format }, `${name}.${format}`)}>${t(`export.${format}`)}</button>`)}
      ${print && html`<button type="button" onClick=${() => window.print()}>${t('export.print')}</button>`}
    </div>
  `;
}
