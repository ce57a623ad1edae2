// The service: one function for all requests. A refusal is thrown as a Problem that can be shown as it is.
import { language } from './i18n.js';
import { keepKey, key, session } from './session.js';

/** What the service said (RFC 9457), or what kept us from reaching it. */
export class Problem extends Error {
  /** @param {any} body @param {number} status */
  constructor(body, status) {
    super(body.detail ?? body.title ?? String(status));
    this.status = status;
    this.code = /** @type {string} */ (body.code ?? 'unreachable');
    this.title = /** @type {string} */ (body.title ?? '');
    this.detail = /** @type {string} */ (body.detail ?? '');
    this.hint = /** @type {string} */ (body.hint ?? '');
    this.requestId = /** @type {string} */ (body.request_id ?? '');
    this.errors = /** @type {{pointer?: string, parameter?: string, detail: string}[]} */ (body.errors ?? []);
  }
}

// The page lies in /web/, the service beside it; relative, so that both may lie below a path of a server in front.
const root = new URL('..', document.baseURI);

/** @typedef {Record<string, string | number | boolean | null | undefined>} Query */

/** @param {string} path below the service: "v1/search" @param {Query} [query] */
export function address(path, query = {}) {
  const url = new URL(path, root);
  for (const [name, value] of Object.entries(query)) if (value != null && value !== '') url.searchParams.set(name, String(value));
  return url;
}

/**
 * @param {string} path
 * @param {{method?: string, query?: Query, body?: any, ifMatch?: string, signal?: AbortSignal, keepalive?: boolean}} [options]
 * @returns {Promise<Response>} never one of failure
 */
export async function send(path, { method = 'GET', query, body, ifMatch, signal, keepalive } = {}) {
  /** @type {Record<string, string>} */
  const headers = { 'Accept-Language': language() };
  const secret = key();
  if (secret) headers.Authorization = `Bearer ${secret}`;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (ifMatch) headers['If-Match'] = ifMatch;
  let response;
  try {
    response = await fetch(address(path, query), { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, keepalive });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem({ code: 'unreachable' }, 0);
  }
  if (response.ok) return response;
  const problem = new Problem(await response.json().catch(() => ({})), response.status);
  if (response.status === 401) signedOut(problem);
  throw problem;
}

/**
 * As send, with the answer read. etag: what If-Match takes.
 * @param {string} path
 * @param {Parameters<typeof send>[1]} [options]
 * @returns {Promise<{json: any, etag: string}>}
 */
export async function ask(path, options) {
  const response = await send(path, options);
  return { json: response.status === 204 ? null : await response.json(), etag: response.headers.get('ETag') ?? '' };
}

/** @param {string} path @param {Query} [query] @param {AbortSignal} [signal] */
export const get = async (path, query, signal) => (await ask(path, { query, signal })).json;
/** @param {string} path @param {any} body @param {AbortSignal} [signal] */
export const post = async (path, body, signal) => (await ask(path, { method: 'POST', body, signal })).json;
/** @param {string} path @param {any} body @param {{ifMatch?: string, keepalive?: boolean}} [options] */
export const put = async (path, body, options = {}) => (await ask(path, { method: 'PUT', body, ...options })).json;

/** The path of a record: an id may hold any character. @param {string} kind "needs" or "projects" @param {string} id */
export const recordPath = (kind, id) => `v1/${kind}/${encodeURIComponent(id)}`;
/** @param {string} need @param {string} project */
export const pairPath = (need, project) => `v1/pairs/${encodeURIComponent(need)}/${encodeURIComponent(project)}`;

/** @param {Problem | null} problem why, where it was not asked for */
export function signedOut(problem) {
  keepKey(null);
  session.set({ stage: 'out', caller: null, about: null, problem });
}

/** Asks the service who we are; with a key, or without one where it is open. @param {string | null} secret */
export async function signIn(secret) {
  keepKey(secret);
  try {
    const about = await get('v1/about');
    session.set({ stage: 'in', caller: about.caller, about, problem: null });
  } catch (error) {
    if (error instanceof Problem && error.status === 401) signedOut(secret ? error : null);
    else session.set({ stage: 'unreachable', caller: null, about: null, problem: error });
  }
}
