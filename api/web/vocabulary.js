// Names of codes: countries, fields, parks, modes, as the service tells them.
import { get } from './api.js';
import { shortLanguage } from './i18n.js';
import { createStore, useStore } from './store.js';

/** @typedef {{code: string, zh: string, en: string, parent?: string}} Code */

/** @type {ReturnType<typeof createStore<Record<string, Map<string, Code>>>>} */
const lists = createStore({});

export async function loadVocabulary() {
  const answer = await get('v1/vocabulary');
  /** @type {Record<string, Map<string, Code>>} */
  const found = {};
  for (const [name, codes] of Object.entries(answer)) if (Array.isArray(codes)) found[name] = new Map(codes.map((code) => [code.code, code]));
  lists.set(found);
}

export const useVocabulary = () => useStore(lists);

/** The name of a code in the reader's language; the code itself where nobody named it. @param {string} list @param {string | null | undefined} code */
export function nameOf(list, code) {
  if (!code) return '';
  return lists.get()[list]?.get(code)?.[shortLanguage()] ?? code;
}

/** @param {string} list @returns {Code[]} */
export const codesOf = (list) => [...(lists.get()[list]?.values() ?? [])];
