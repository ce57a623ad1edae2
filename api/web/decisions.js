// What was decided of pairs here: verdicts and shortlists, with ten seconds to take them back.
import { ask, get, pairPath, Problem, put, recordPath, send } from './api.js';
import { decide, tell } from './components/toasts.js';
import { t } from './i18n.js';
import { go, href } from './router.js';
import { isStaff } from './session.js';
import { createStore, useStore } from './store.js';

/** @typedef {{verdict?: 'accept' | 'reject', reason?: string, listed?: boolean, begun?: boolean}} Decision begun: it has a case */

/** @type {ReturnType<typeof createStore<Map<string, Decision>>>} */
const decisions = createStore(/** @type {Map<string, Decision>} */ (new Map()));
export const useDecisions = () => useStore(decisions);

/** @param {string} need @param {string} project */
export const pairKey = (need, project) => `${need}\t${project}`;

/** @param {string} key @param {Decision | undefined} decision */
function set(key, decision) {
  const next = new Map(decisions.get());
  if (decision) next.set(key, decision);
  else next.delete(key);
  decisions.set(next);
}

/** What was decided of a need's matches before, where the caller may read it; what is decided here meanwhile stands. @param {string} need */
export async function loadDecisions(need) {
  const [{ feedback }, { cases }] = await Promise.all([get(`${recordPath('needs', need)}/feedback`), get('v1/cases', { need, limit: 500 })]);
  /** @type {Map<string, Decision>} */
  const found = new Map(feedback.map((one) => [pairKey(one.need, one.project), { verdict: one.verdict, reason: one.reason }]));
  for (const one of cases) found.set(pairKey(one.need, one.project), { ...found.get(pairKey(one.need, one.project)), begun: true });
  for (const [key, decision] of decisions.get()) found.set(key, { ...found.get(key), ...decision });
  decisions.set(found);
}

/** Begins the case of a pair; leads to the cases where somebody else began it meanwhile. @param {string} need @param {string} project */
export async function beginCase(need, project) {
  const key = pairKey(need, project);
  const begun = () => set(key, { ...decisions.get().get(key), begun: true });
  try {
    await put(`v1/cases/${encodeURIComponent(need)}/${encodeURIComponent(project)}`, { status: 'suggested' });
    begun();
    tell(t('cases.began'));
  } catch (error) {
    if (!(error instanceof Problem) || ![409, 412].includes(error.status)) throw error;
    begun();
    go(href(['cases']));
  }
}

/** @typedef {{need: string, project: string, title: string, needTitle: string}} Pair title: as the one who decides knows it */

/** @param {Pair} pair @param {'accept' | 'reject'} verdict @param {string} [reason] */
export function judge(pair, verdict, reason) {
  const key = pairKey(pair.need, pair.project);
  const before = decisions.get().get(key);
  if (before?.verdict === verdict && before.reason === reason) return;
  set(key, { ...before, verdict, reason });
  decide({
    text: t(`decision.${verdict}`, { title: short(pair.title) }),
    send: ({ keepalive }) => put(`${pairPath(pair.need, pair.project)}/feedback`, { verdict, ...(reason ? { reason } : {}) }, { keepalive }),
    undo: () => set(key, { ...decisions.get().get(key), verdict: before?.verdict, reason: before?.reason }),
    next: verdict === 'accept' && isStaff() && !before?.begun ? { label: t('cases.begin'), act: () => beginCase(pair.need, pair.project).catch((error) => tell(error.message || t('problem.unreachable'))) } : undefined,
  });
}

/** @param {Pair} pair */
export function shortlist(pair) {
  const key = pairKey(pair.need, pair.project);
  const before = decisions.get().get(key);
  if (before?.listed) return;
  set(key, { ...before, listed: true });
  decide({
    text: t('decision.shortlist', { title: short(pair.title) }),
    send: ({ keepalive }) => addToList(pair, keepalive),
    undo: () => set(key, { ...decisions.get().get(key), listed: false }),
  });
}

/**
 * A need has one list: the need, then its projects. Others change it too, so it is read anew and written only as it was read.
 * @param {Pair} pair @param {boolean} keepalive
 */
async function addToList(pair, keepalive) {
  const item = { project: pair.project };
  for (let tries = 3; ; tries--) {
    const list = (await get('v1/shortlists')).shortlists.find((one) => one.items[0]?.need === pair.need);
    if (!list) return send('v1/shortlists', { method: 'POST', body: { name: short(pair.needTitle), items: [{ need: pair.need }, item] }, keepalive });
    const { json, etag } = await ask(`v1/shortlists/${encodeURIComponent(list.id)}`);
    if (json.items.some((other) => other.project === item.project)) return null;
    try {
      return await send(`v1/shortlists/${encodeURIComponent(list.id)}`, { method: 'PUT', body: { name: json.name, items: [...json.items, item] }, ifMatch: etag, keepalive });
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 412 || tries === 1) throw error;
    }
  }
}

/** @param {string} text */
const short = (text) => (text.length > 30 ? `${text.slice(0, 29)}…` : text);
