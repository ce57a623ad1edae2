// Begins the follow-up of a pair; where it was begun before, leads to it.
import { beginCase, pairKey, useDecisions } from '../decisions.js';
import { t } from '../i18n.js';
import { href } from '../router.js';
import { html, useState } from '../vendor/preact.js';
import { ProblemNote } from './parts.js';

/** @param {{need: string, project: string}} props */
export function CaseButton({ need, project }) {
  const begun = useDecisions().get(pairKey(need, project))?.begun;
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const begin = async () => {
    setProblem(null);
    try {
      await beginCase(need, project);
    } catch (error) {
      setProblem(error);
    }
  };
  if (begun) return html`<a class="button" href=${href(['cases'])}>${t('cases.there')}</a>`;
  return html`<button type="button" onClick=${begin}>${t('cases.begin')}</button>${problem && html`<${ProblemNote} problem=${problem} />`}`;
}
