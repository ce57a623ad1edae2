// Reasons of verdicts, in the words of the service: asked for once, by the first screen that needs them.
import { get } from './api.js';
import { shortLanguage } from './i18n.js';
import { createStore, useStore } from './store.js';
import { useEffect } from './vendor/preact.js';

/** @typedef {{code: string, zh: string, en: string, of: string[]}} Reason */
/** @typedef {{reasons: Reason[] | null, problem: any}} Told */

/** @type {ReturnType<typeof createStore<Told>>} */
const told = createStore(/** @type {Told} */ ({ reasons: null, problem: null }));
let asking = false;

export async function loadReasons() {
  if (asking || told.get().reasons) return;
  asking = true;
  try {
    told.set({ reasons: (await get('v1/reasons')).reasons, problem: null });
  } catch (problem) {
    told.set({ reasons: null, problem });
  }
  asking = false;
}

/** @returns {Told} */
export function useReasons() {
  useEffect(() => {
    loadReasons();
  }, []);
  return useStore(told);
}

/** Those that a match is rejected for. @param {Told} all */
export const ofVerdicts = ({ reasons }) => (reasons ?? []).filter((one) => one.of.includes('verdict'));

/** @param {Told} all @param {string} code */
export const reasonName = ({ reasons }, code) => reasons?.find((one) => one.code === code)?.[shortLanguage()] ?? code;
