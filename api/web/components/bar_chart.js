// Counts as bars, beside the table that has the same numbers. The chart library is loaded when the first chart is drawn; where it cannot be had, the table
// tells all.
import { number } from '../i18n.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';

const HEIGHT = 200; // of the bars, with the numbers above them
const STEP = 44; // the least room of a bar
const LONG = 8; // letters of a name that stands upright no more

/** @type {Promise<any> | null} */
let library = null;

/** The library and its style, of which each is asked for once. */
function load() {
  library ??= Promise.all([import('../vendor/uplot.js'), loadStyle(new URL('../vendor/uplot.css', import.meta.url).href)]).then(([module]) => module.default);
  return library;
}

/** @param {string} address @returns {Promise<void>} */
function loadStyle(address) {
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = address;
  return new Promise((done, fail) => {
    link.onload = () => done();
    link.onerror = () => fail(new Error(address));
    document.head.append(link);
  });
}

/** @typedef {{name: string, count: number | null}} Bar count: null where it cannot be counted */

/** Is a name too long to stand below its bar? A Chinese letter takes the room of two. @param {string} name */
const isLong = (name) => name.replace(/[\u2e80-\uffef]/g, '..').length > LONG;

/** @param {string} name */
const shortened = (name) => (name.length > 10 && /[\u2e80-\uffef]/.test(name) ? `${name.slice(0, 9)}…` : name.length > 18 ? `${name.slice(0, 17)}…` : name);

/** What the library is asked to draw, in the colours and letters of the page. @param {any} uPlot @param {Bar[]} bars @param {HTMLElement} place */
function optionsOf(uPlot, bars, place) {
  const style = getComputedStyle(place);
  const colour = (name) => style.getPropertyValue(name).trim();
  const font = `${parseFloat(style.fontSize)}px ${style.fontFamily}`;
  const slanted = bars.some((bar) => isLong(bar.name));
  const below = slanted ? 96 : 30;
  const most = Math.max(1, ...bars.map((bar) => bar.count ?? 0));
  return {
    width: Math.max(place.parentElement?.clientWidth ?? 0, Math.min(bars.length * STEP, 8000)),
    height: HEIGHT + below,
    padding: [8, slanted ? 60 : 0, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: () => [-0.6, bars.length - 0.4] }, y: { range: () => [0, most * 1.15] } },
    axes: [
      { splits: () => bars.map((_, i) => i), values: () => bars.map((bar) => shortened(bar.name)), size: below, rotate: slanted ? -40 : 0, font, stroke: colour('--ink-soft'), grid: { show: false }, ticks: { show: false }, border: { show: true, stroke: colour('--line-strong'), width: 1 } },
      { show: false },
    ],
    series: [{}, { fill: colour('--accent'), paths: uPlot.paths.bars({ size: [0.7, 56] }), points: { show: false } }],
    hooks: { draw: [(chart) => writeNumbers(chart, bars, font, colour('--ink'))] },
  };
}

/** The number of each bar, above it. @param {any} chart @param {Bar[]} bars @param {string} font @param {string} ink */
function writeNumbers(chart, bars, font, ink) {
  const { ctx } = chart;
  ctx.save();
  ctx.font = font.replace(/^[\d.]+/, (size) => String(Number(size) * devicePixelRatio));
  ctx.fillStyle = ink;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  bars.forEach((bar, i) => ctx.fillText(bar.count == null ? '–' : number(bar.count), chart.valToPos(i, 'x', true), chart.valToPos(bar.count ?? 0, 'y', true) - 3 * devicePixelRatio));
  ctx.restore();
}

/** @param {{caption: string, bars: Bar[], fromEnd?: boolean}} props fromEnd: the last ones are the ones asked for, where not all can be seen */
export function BarChart({ caption, bars, fromEnd = false }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const [failed, setFailed] = useState(false);
  const told = `${caption}: ${bars.map((bar) => `${bar.name} ${bar.count ?? '–'}`).join(', ')}`;
  useEffect(() => {
    let gone = false;
    let chart = /** @type {any} */ (null);
    const draw = async () => {
      const uPlot = await load();
      const box = place.current;
      if (gone || !box) return;
      chart?.destroy();
      chart = new uPlot(optionsOf(uPlot, bars, box), [bars.map((_, i) => i), bars.map((bar) => bar.count)], box);
      if (fromEnd) box.parentElement?.scrollTo(box.scrollWidth, 0);
    };
    const again = () => draw().catch(() => setFailed(true));
    again();
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', again);
    addEventListener('resize', again);
    return () => {
      gone = true;
      dark.removeEventListener('change', again);
      removeEventListener('resize', again);
      chart?.destroy();
    };
  }, [told]);
  if (failed) return null;
  return html`
    <figure class="bar-chart">
      <figcaption>${caption}</figcaption>
      <div class="scroll" tabindex="0" role="region" aria-label=${caption}><div ref=${place} class="bar-chart-place" role="img" aria-label=${told}></div></div>
    </figure>
  `;
}
