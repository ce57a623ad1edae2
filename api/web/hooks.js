// What screens share: data that is asked for, and keys that are pressed.
import { useEffect, useLayoutEffect, useRef, useState } from './vendor/preact.js';

/**
 * Asks for data when one of the keys changes. While a new answer is on its way the last one stays; an answer that nobody waits for is dropped.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} ask
 * @param {any[]} keys
 * @returns {{data: T | null, problem: any, loading: boolean, again: () => void}}
 */
export function useData(ask, keys) {
  const [state, setState] = useState(/** @type {{data: any, problem: any, loading: boolean}} */ ({ data: null, problem: null, loading: true }));
  const [round, setRound] = useState(0);
  // Before the browser paints: the service works meanwhile.
  useLayoutEffect(() => {
    const control = new AbortController();
    setState((old) => (old.loading ? old : { ...old, loading: true }));
    (async () => {
      try {
        const data = await ask(control.signal);
        if (!control.signal.aborted) setState({ data, problem: null, loading: false });
      } catch (problem) {
        if (!control.signal.aborted) setState({ data: null, problem, loading: false });
      }
    })();
    return () => control.abort();
  }, [...keys, round]);
  return { ...state, again: () => setRound((old) => old + 1) };
}

/** The value as it was when it last rested for so long. @template T @param {T} value @param {number} ms @returns {T} */
export function useRest(value, ms) {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(() => value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return rested;
}

const SWITCH = 'qiao.shortcuts';
/** Single keys can be switched off: they get in the way of speech input. */
export const shortcutsOn = () => localStorage.getItem(SWITCH) !== 'off';
/** @param {boolean} on */
export const switchShortcuts = (on) => localStorage.setItem(SWITCH, on ? 'on' : 'off');

/**
 * Single-key commands of a screen: not while typing, not in a dialog, not with a modifier, not where switched off.
 * @param {Record<string, (event: KeyboardEvent) => void>} keys
 */
export function useShortcuts(keys) {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const press = (event) => {
      const target = /** @type {HTMLElement} */ (event.target);
      if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || !shortcutsOn()) return;
      if (target.closest('input, textarea, select, dialog, [contenteditable]')) return;
      if (event.key === 'Enter' && target.closest('a, button, summary')) return;
      const command = latest.current[event.key];
      if (!command) return;
      event.preventDefault();
      command(event);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

/** @param {string} title of the browser's tab, as long as the component is there */
export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} - 桥 Qiao` : '桥 Qiao';
  }, [title]);
}
