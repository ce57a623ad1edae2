// A figure month by month as bars, beside the table that has the same numbers.
import { number } from '../i18n.js';
import { html, useEffect, useRef } from '../vendor/preact.js';

const HEIGHT = 120;
const STEP = 44; // of a month
const LABELS = 22; // room above and below the bars

/** @param {{caption: string, months: {code: string, count: number | null}[]}} props count: null where it cannot be counted */
export function MonthChart({ caption, months }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    box.current?.scrollTo(box.current.scrollWidth, 0); // the last months are the ones asked for
  }, [months.length]);
  const most = Math.max(1, ...months.map((month) => month.count ?? 0));
  const width = Math.max(1, months.length) * STEP;
  return html`
    <figure class="month-chart">
      <figcaption>${caption}</figcaption>
      <div class="scroll" ref=${box} tabindex="0" role="region" aria-label=${caption}>
        <svg width=${width} height=${HEIGHT + 2 * LABELS} viewBox=${`0 0 ${width} ${HEIGHT + 2 * LABELS}`} role="img" aria-label=${`${caption}: ${months.map((month) => `${month.code} ${month.count ?? '–'}`).join(', ')}`}>
          <line x1="0" x2=${width} y1=${HEIGHT + LABELS} y2=${HEIGHT + LABELS} />
          ${months.map((month, i) => {
            const tall = (HEIGHT * (month.count ?? 0)) / most;
            return html`
              <g key=${month.code} transform=${`translate(${i * STEP} 0)`}>
                <rect x="8" width=${STEP - 16} y=${HEIGHT + LABELS - tall} height=${tall} />
                <text x=${STEP / 2} y=${HEIGHT + LABELS - tall - 6}>${month.count == null ? '–' : number(month.count)}</text>
                <text class="month" x=${STEP / 2} y=${HEIGHT + LABELS + 16}>${month.code.slice(2)}</text>
              </g>`;
          })}
        </svg>
      </div>
    </figure>
  `;
}
