// A matrix of counts as a table: the number is written in every cell, colour only repeats it.
import { number } from '../i18n.js';
import { html } from '../vendor/preact.js';

const LEVELS = 5;

/** @param {number} value @param {number} most */
const level = (value, most) => (value <= 0 ? 0 : Math.max(1, Math.ceil((LEVELS * value) / most)));

/**
 * @param {{caption: string, rows: {code: string | null, name: string}[], columns: {code: string, name: string}[], value: (row: any, column: any) => number | null, link: (row: any, column: any) => string | null, tone: string}} props
 */
export function HeatTable({ caption, rows, columns, value, link, tone }) {
  const most = Math.max(1, ...rows.flatMap((row) => columns.map((column) => value(row, column) ?? 0)));
  return html`
    <div class="scroll" tabindex="0" role="region" aria-label=${caption}>
      <table class=${`heat ${tone}`}>
        <caption class="visually-hidden">${caption}</caption>
        <thead><tr><td></td>${columns.map((column) => html`<th scope="col" key=${column.code}><span>${column.name}</span></th>`)}</tr></thead>
        <tbody>
          ${rows.map((row) => html`
            <tr key=${row.code}>
              <th scope="row">${row.name}</th>
              ${columns.map((column) => {
                const count = value(row, column);
                const to = count ? link(row, column) : null;
                return html`<td key=${column.code} class=${`heat-${level(count ?? 0, most)}`}>${count == null ? '' : to ? html`<a href=${to}>${number(count)}</a>` : number(count)}</td>`;
              })}
            </tr>`)}
        </tbody>
      </table>
    </div>
  `;
}
