// The search box: asks while one types, but never in the midst of composing characters; suggests as the service does.
import { get } from '../api.js';
import { t } from '../i18n.js';
import { useRest } from '../hooks.js';
import { html, useEffect, useRef, useState } from '../vendor/preact.js';

const REST_MS = 150;
/** @param {string} text @param {string} side @param {AbortSignal} signal */
const suggestions = async (text, side, signal) => (await get('v1/suggest', { q: text, side, limit: 8 }, signal)).suggestions;

/** @param {{value: string, side: string, onInput: (text: string) => void}} props onInput: when the text rests */
export function SearchBox({ value, side, onInput }) {
  const [text, setText] = useState(value);
  const [found, setFound] = useState(/** @type {any[]} */ ([]));
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const composing = useRef(false);
  const sent = useRef(value);
  const rested = useRest(text, REST_MS);

  useEffect(() => {
    // The address changed by other means: back, a link, a suggestion.
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (composing.current || rested === sent.current) return;
    sent.current = rested;
    onInput(rested);
  }, [rested]);
  useEffect(() => {
    const control = new AbortController();
    setActive(-1);
    if (!open || rested.trim() === '') setFound([]);
    else suggestions(rested.trim(), side, control.signal).then(setFound, () => !control.signal.aborted && setFound([])); // without them one still searches
    return () => control.abort();
  }, [rested, side, open]);

  /** @param {string} next */
  const take = (next) => {
    sent.current = next;
    setText(next);
    setOpen(false);
    onInput(next);
  };
  /** @param {Event} event */
  const input = (event) => {
    if (composing.current) return;
    setText(/** @type {HTMLInputElement} */ (event.target).value);
    setOpen(true);
  };
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') setOpen(false);
    if (event.key === 'Enter') {
      event.preventDefault();
      take(open && found[active] ? found[active].text : text);
    }
    if (found.length > 0 && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault();
      setOpen(true);
      setActive((active + (event.key === 'ArrowDown' ? 1 : found.length)) % found.length);
    }
  };
  const shown = open && found.length > 0;
  return html`
    <div class="search-box">
      <input data-search type="search" role="combobox" autocomplete="off" spellcheck="false" enterkeyhint="search" maxlength="500" value=${text} placeholder=${t('search.placeholder')}
        aria-label=${t('search.label')} aria-expanded=${shown ? 'true' : 'false'} aria-controls="suggestions" aria-autocomplete="list" aria-activedescendant=${shown && active >= 0 ? `suggestion-${active}` : null}
        onInput=${input} onKeyDown=${press} onBlur=${() => setOpen(false)}
        oncompositionstart=${() => (composing.current = true)}
        oncompositionend=${(event) => { composing.current = false; input(event); }} />
      <ul id="suggestions" role="listbox" aria-label=${t('search.suggestions')} hidden=${!shown}>
        ${found.map(
          (row, i) => html`
            <li id=${`suggestion-${i}`} key=${i} role="option" aria-selected=${i === active ? 'true' : 'false'} onMouseDown=${(event) => { event.preventDefault(); take(row.text); }}>
              <span><bdi lang=${row.language || null}>${row.text}</bdi>${row.translation && html` <span class="small">${row.translation}</span>`}</span><span class="small">${t(`suggest.${row.kind}`)}</span>
            </li>
          `,
        )}
      </ul>
    </div>
  `;
}
