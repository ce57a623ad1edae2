// A value that components watch.
import { useEffect, useState } from './vendor/preact.js';

/**
 * @template T
 * @param {T} initial
 */
export function createStore(initial) {
  let value = initial;
  /** @type {Set<(value: T) => void>} */
  const watchers = new Set();
  return {
    get: () => value,
    /** @param {T} next */
    set(next) {
      value = next;
      for (const watcher of [...watchers]) watcher(value);
    },
    /** @param {(value: T) => void} watcher */
    watch(watcher) {
      watchers.add(watcher);
      return () => {
        watchers.delete(watcher);
      };
    },
  };
}

/**
 * The value of a store; the component renders again when it changes.
 * @template T
 * @param {{get: () => T, watch: (watcher: (value: T) => void) => () => void}} store
 * @returns {T}
 */
export function useStore(store) {
  const [value, setValue] = useState(store.get());
  useEffect(() => {
    setValue(store.get());
    return store.watch((next) => setValue(() => next));
  }, [store]);
  return value;
}
