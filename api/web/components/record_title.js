// The title of a record of which only the id is known. Each is asked for once.
import { get, recordPath } from '../api.js';
import { href } from '../router.js';
import { html, useEffect, useState } from '../vendor/preact.js';
import { Foreign } from './parts.js';

/** @type {Map<string, Promise<any>>} */
const known = new Map();

/** @param {'needs' | 'projects'} kind @param {string} id @returns {Promise<any>} texts by language, or null where it may not be seen */
function titleOf(kind, id) {
  const key = `${kind}\t${id}`;
  let title = known.get(key);
  if (!title) {
    title = get(recordPath(kind, id)).then((record) => record.title, () => null);
    known.set(key, title);
  }
  return title;
}

/** @param {{kind: 'needs' | 'projects', id: string, link?: string}} props */
export function RecordTitle({ kind, id, link }) {
  const [title, setTitle] = useState(/** @type {any} */ (null));
  useEffect(() => {
    let gone = false;
    titleOf(kind, id).then((found) => !gone && setTitle(found));
    return () => {
      gone = true;
    };
  }, [kind, id]);
  return html`<a href=${link ?? href([kind, id])}>${title ? html`<${Foreign} of=${title} />` : html`<bdi class="number">${id}</bdi>`}</a>`;
}
