// Decisions that can still be taken back: each is kept for ten seconds, then sent. Leaving the page sends what is left.
import { t } from '../i18n.js';
import { createStore, useStore } from '../store.js';
import { html } from '../vendor/preact.js';
import { useShortcuts } from '../hooks.js';

export const UNDO_MS = 10000;

/**
 * @typedef {{id: number, text: string, state: 'waiting' | 'saving' | 'done' | 'failed', left: number, since: number, timer: any,
 *   send: (options: {keepalive: boolean}) => Promise<any>, undo: () => void, next?: {label: string, act: () => void}}} Toast next: what comes after it
 */

/** @type {ReturnType<typeof createStore<Toast[]>>} */
const toasts = createStore(/** @type {Toast[]} */ ([]));
let last = 0;

/** @param {Toast} toast @param {Partial<Toast>} change */
function change(toast, change) {
  Object.assign(toast, change);
  toasts.set([...toasts.get()]);
}

/** @param {Toast} toast */
const drop = (toast) => toasts.set(toasts.get().filter((other) => other !== toast));

/** @param {Toast} toast */
function start(toast) {
  toast.since = Date.now();
  toast.timer = setTimeout(() => commit(toast, false), toast.left);
}

/** @param {Toast} toast @param {boolean} keepalive */
async function commit(toast, keepalive) {
  clearTimeout(toast.timer);
  if (toast.state !== 'waiting') return;
  change(toast, { state: 'saving' });
  try {
    await toast.send({ keepalive });
    change(toast, { state: 'done' });
    setTimeout(() => drop(toast), 4000);
  } catch (error) {
    toast.undo();
    change(toast, { state: 'failed', text: `${toast.text}${t('colon')}${/** @type {Error} */ (error).message || t('problem.unreachable')}` });
  }
}

/** @param {Toast} toast */
function takeBack(toast) {
  clearTimeout(toast.timer);
  toast.undo();
  drop(toast);
}

/**
 * Tells what was decided and sends it after ten seconds, unless it is taken back.
 * @param {{text: string, send: (options: {keepalive: boolean}) => Promise<any>, undo: () => void, next?: {label: string, act: () => void}}} decision
 */
export function decide(decision) {
  const toast = /** @type {Toast} */ ({ id: ++last, state: 'waiting', left: UNDO_MS, since: 0, timer: 0, ...decision });
  toasts.set([...toasts.get(), toast]);
  start(toast);
}

/** A word of the page that needs no answer. @param {string} text */
export function tell(text) {
  const toast = /** @type {Toast} */ ({ id: ++last, text, state: 'done', left: 0, since: 0, timer: 0, send: async () => {}, undo: () => {} });
  toasts.set([...toasts.get(), toast]);
  setTimeout(() => drop(toast), 5000);
}

/** Goes on from what was decided: it is sent at once then. @param {Toast} toast */
async function goOn(toast) {
  const { next } = toast;
  change(toast, { next: undefined });
  await commit(toast, false);
  if (toast.state === 'done') next?.act();
}

export function undoLast() {
  const waiting = toasts.get().filter((toast) => toast.state === 'waiting');
  if (waiting.length > 0) takeBack(waiting[waiting.length - 1]);
}

addEventListener('pagehide', () => toasts.get().forEach((toast) => commit(toast, true)));

export function Toasts() {
  const shown = useStore(toasts);
  useShortcuts({ u: undoLast });
  return html`
    <div class="toasts" role="status" aria-live="polite">
      ${shown.map(
        (toast) => html`
          <div class=${`toast ${toast.state}`} key=${toast.id} onMouseEnter=${() => hold(toast)} onfocusin=${() => hold(toast)} onMouseLeave=${() => resume(toast)} onfocusout=${() => resume(toast)}>
            <span>${toast.text}</span>
            ${toast.state === 'waiting' && html`<button type="button" onClick=${() => takeBack(toast)}>${t('undo')}</button>`}
            ${toast.state === 'waiting' && toast.next && html`<button type="button" onClick=${() => goOn(toast)}>${toast.next.label}</button>`}
            ${toast.state === 'saving' && html`<span class="small">${t('saving')}</span>`}
            ${toast.state === 'done' && toast.left > 0 && html`<span class="small">${t('saved')}</span>`}
            ${toast.state === 'failed' && html`<button type="button" onClick=${() => drop(toast)}>${t('close')}</button>`}
            ${toast.state === 'waiting' && html`<span class="toast-time" aria-hidden="true"></span>`}
          </div>
        `,
      )}
    </div>
  `;
}

/** The clock stands while somebody reads. @param {Toast} toast */
function hold(toast) {
  if (toast.state !== 'waiting' || !toast.timer) return;
  clearTimeout(toast.timer);
  toast.timer = 0;
  toast.left = Math.max(1000, toast.left - (Date.now() - toast.since));
}

/** @param {Toast} toast */
function resume(toast) {
  if (toast.state === 'waiting' && !toast.timer) start(toast);
}
