// The state of the page stands in its address, behind "#": what staff look at can be sent, bookmarked, and gone back to.
// Behind "#" nothing of it reaches a server's log.
import { createStore, useStore } from './store.js';

/**
 * @typedef {{path: string[], params: Record<string, string>}} Route
 */

/** @returns {Route} */
function read() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  return {
    path: path.split('/').filter(Boolean).map(decode),
    params: Object.fromEntries(new URLSearchParams(query ?? '')),
  };
}

/** A hand-made address may hold a lone "%". @param {string} text */
function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const store = createStore(read());
addEventListener('hashchange', () => store.set(read()));

/** The address as it is now, outside of a component. */
export const currentRoute = () => store.get();
export const useRoute = () => useStore(store);
export const watchRoute = store.watch;

/**
 * An address of the page. Parameters that are empty are left out; the language stays, where the address names one.
 * @param {string[]} path
 * @param {Record<string, string | number | null | undefined>} [params]
 */
export function href(path, params = {}) {
  const { lang } = read().params;
  const kept = Object.entries({ ...params, lang: params.lang ?? lang }).filter(([, value]) => value != null && value !== '');
  const query = new URLSearchParams(kept.map(([name, value]) => [name, String(value)])).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${query ? `?${query}` : ''}`;
}

/** @param {string} address as made by href */
export function go(address) {
  location.hash = address;
}

/**
 * Change parameters of the address in place, without a step back in the history: while typing.
 * @param {Record<string, string | number | null | undefined>} params
 */
export function replaceParams(params) {
  const { path, params: old } = read();
  history.replaceState(null, '', href(path, { ...old, ...params }));
  store.set(read());
}
