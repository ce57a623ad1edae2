// One match of a list: why, by which signals, how sure, what to mind, and what to do with it.
import { number, percent, shortLanguage, t } from '../i18n.js';
import { html } from '../vendor/preact.js';
import { reasonName, useReasons } from '../reasons.js';
import { isStaff } from '../session.js';
import { CaseButton } from './case_button.js';
import { Facts, Foreign } from './parts.js';

/** @param {{band: string}} props */
export const Band = ({ band }) => html`<span class=${`badge ${band}`}>${t(`band.${band}`)}</span>`;

/** Signals that count, each with its value and what it adds; then those that are only told. @param {{side: any}} props */
export function Signals({ side }) {
  const counting = side.signals.filter((signal) => signal.weight > 0);
  const telling = side.signals.filter((signal) => signal.weight === 0 && signal.value != null);
  return html`
    <div class="signals">
      <${Bars} signals=${counting} counting=${true} />
      ${telling.length > 0 && html`<details><summary class="small">${t('match.telling', { count: telling.length })}</summary><${Bars} signals=${telling} counting=${false} /></details>`}
    </div>
  `;
}

function Bars({ signals, counting }) {
  return html`
    <table class="bars">
      <caption class="visually-hidden">${t(counting ? 'match.signals' : 'match.signals_told')}</caption>
      <thead class="visually-hidden"><tr><th scope="col">${t('match.signal')}</th><th scope="col">${t('match.bar')}</th><th scope="col">${t('match.value')}</th>${counting && html`<th scope="col">${t('match.points')}</th>`}</tr></thead>
      <tbody>
        ${signals.map(
          (signal) => html`
            <tr key=${signal.code} class=${signal.value == null ? 'unknown' : ''}>
              <th scope="row">${t(`signal.${signal.code}`)}</th>
              <td class="bar-cell"><span class="bar" aria-hidden="true"><i style=${{ width: `${(signal.value ?? 0) * 100}%` }}></i></span></td>
              <td class="number">${signal.value == null ? t('unknown') : number(signal.value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}</td>
              ${counting && html`<td class="number points">${signal.contribution > 0 ? `+${points(signal.contribution)}` : '–'}</td>`}
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}

/** Millionths as points of a hundred. @param {number} micro */
export const points = (micro) => number(micro / 1e4, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** @param {{match: any}} props */
export function Score({ match }) {
  return html`
    <dl class="score">
      <div><dt>${t('match.score')}</dt><dd class="number">${points(match.score)}</dd></div>
      <div title=${t('match.confidence_is')}><dt>${t('match.confidence')}</dt><dd class="number">${percent(match.confidence)}</dd></div>
    </dl>
  `;
}

/** What to mind, by law or by time. @param {{match: any}} props */
export const Flags = ({ match }) =>
  match.flags?.length > 0 && html`<ul class="flags">${match.flags.map((flag) => html`<li><span class="badge warn">${t('match.flag')}</span> ${flag[shortLanguage()]}${flag.basis ? html` <span class="small">${flag.basis}</span>` : ''}</li>`)}</ul>`;

/** Policy stands apart from what the technology is worth. @param {{match: any}} props */
export function Policy({ match }) {
  const lang = shortLanguage();
  if (!match.policy?.length && !match.landing?.length) return null;
  return html`
    <div class="policy">
      ${match.policy?.length > 0 && html`<p><b>${t('match.policy')}</b>${match.policy.map((one) => one[lang]).join(t('semicolon'))}</p>`}
      ${match.landing?.length > 0 && html`<p><b>${t('match.landing')}</b>${match.landing.map((one) => one[lang]).join(t('comma'))}</p>`}
    </div>
  `;
}

/**
 * @param {{match: any, other: any, place: number, active: boolean, decision: any, compare: string, pair: {need: string, project: string}, may: boolean,
 *   on: {accept: () => void, reject: () => void, shortlist: () => void, focus: () => void}}} props other: the record found
 */
export function Match({ match, other, place, active, decision, compare, pair, may, on }) {
  const words = useReasons();
  const told = match.reasons?.[shortLanguage()] ?? [];
  return html`
    <li>
      <article class=${`match ${active ? 'active' : ''} ${decision?.verdict ?? ''}`} id=${`match-${place}`} tabindex="-1" aria-labelledby=${`match-title-${place}`} onfocusin=${on.focus}>
        <header>
          <span class="rank number" aria-hidden="true">${match.rank ?? place + 1}</span>
          <div class="match-title">
            <h2 id=${`match-title-${place}`}><a href=${compare}><${Foreign} of=${other.title} /></a></h2>
            <p class="match-line"><${Band} band=${match.band} />${decision?.verdict && html`<span class=${`badge ${decision.verdict === 'accept' ? 'strong' : 'bad'}`}>${t(`verdict.${decision.verdict}`)}${decision.reason ? `${t('colon')}${reasonName(words, decision.reason)}` : ''}</span>`}${decision?.listed && html`<span class="badge">${t('verdict.listed')}</span>`}${decision?.begun && html`<span class="badge possible">${t('verdict.begun')}</span>`}</p>
            <${Facts} record=${other} />
          </div>
          <${Score} match=${match} />
        </header>
        <div class="match-body">
          <div class="why">
            <h3 class="visually-hidden">${t('match.why')}</h3>
            <ol class="reasons">${told.map((line) => html`<li>${line}</li>`)}</ol>
            <${Flags} match=${match} />
            <${Policy} match=${match} />
          </div>
          <${Signals} side=${match.sides.enterprise} />
        </div>
        <footer>
          ${may && html`
            <button type="button" aria-pressed=${decision?.verdict === 'accept' ? 'true' : 'false'} class="accept" onClick=${on.accept}>${t('do.accept')}</button>
            <button type="button" aria-pressed=${decision?.verdict === 'reject' ? 'true' : 'false'} class="reject" onClick=${on.reject}>${t('do.reject')}</button>
            <button type="button" aria-pressed=${decision?.listed ? 'true' : 'false'} onClick=${on.shortlist}>${t('do.shortlist')}</button>
            ${isStaff() && (decision?.verdict === 'accept' || decision?.begun) && html`<${CaseButton} need=${pair.need} project=${pair.project} />`}
          `}
          <a class="button to-compare" href=${compare}>${t('do.compare')}</a>
        </footer>
      </article>
    </li>
  `;
}
