// Files that the service makes: fetched with the key, handed to the browser under the name that the service gives.
import { send } from './api.js';
import { tell } from './components/toasts.js';
import { t } from './i18n.js';

/** @param {string} path @param {Record<string, string | number | null | undefined>} query @param {string} fallback name of the file */
export async function download(path, query, fallback) {
  try {
    const response = await send(path, { query });
    const name = /filename="([^"]+)"/.exec(response.headers.get('Content-Disposition') ?? '')?.[1] ?? fallback;
    const address = URL.createObjectURL(await response.blob());
    const link = document.createElement('a');
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    tell(t('export.done', { name }));
  } catch (error) {
    tell(`${t('export.failed')}${t('colon')}${/** @type {Error} */ (error).message || t('problem.unreachable')}`);
  }
}
