// Who works here: the key of access, for as long as the browser's tab is open, and what the service takes its holder for.
import { createStore, useStore } from './store.js';

/**
 * @typedef {{role: 'public' | 'enterprise' | 'staff' | 'job', open: boolean, organisation?: string, park?: string}} Caller
 * @typedef {{stage: 'asking' | 'out' | 'in' | 'unreachable', caller: Caller | null, about: any, problem: any}} Session
 */

const NAME = 'qiao.key';

/** @type {ReturnType<typeof createStore<Session>>} */
export const session = createStore(/** @type {Session} */ ({ stage: 'asking', caller: null, about: null, problem: null }));
export const useSession = () => useStore(session);

export const key = () => sessionStorage.getItem(NAME);

/** @param {string | null} value */
export function keepKey(value) {
  if (value) sessionStorage.setItem(NAME, value);
  else sessionStorage.removeItem(NAME);
}

/** May the caller write down verdicts and shortlists? */
export const mayWrite = () => ['staff', 'enterprise'].includes(session.get().caller?.role ?? '');
/** Is the caller of the platform? */
export const isStaff = () => session.get().caller?.role === 'staff';
