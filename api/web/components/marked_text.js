// Text with the words that met in both records: each pair has a number and a colour, the same on both sides. The colours are laid over the text by the
// browser's highlights, so the text stays text; the numbers stand behind the words, so that nobody depends on the colours.
import { fromBytes } from '../text.js';
import { html, useEffect, useRef } from '../vendor/preact.js';

const COLOURS = 8;

/** @typedef {{start: number, end: number, pair: number}} Mark bytes, and the number of the pair */

const supported = typeof Highlight === 'function' && 'highlights' in CSS;

/** The highlight of a colour, made when it is first asked for. @param {number} pair */
function highlightOf(pair) {
  const name = `pair-${((pair - 1) % COLOURS) + 1}`;
  const found = CSS.highlights.get(name) ?? new Highlight();
  CSS.highlights.set(name, found);
  return found;
}

/**
 * Pieces of a text between the ends of marks, with the numbers that stand there.
 * @param {string} text @param {{start: number, end: number, pair: number}[]} places in UTF-16
 */
function pieces(text, places) {
  const ends = [...new Set(places.map((place) => place.end))].sort((a, b) => a - b);
  const found = [];
  let done = 0;
  for (const end of ends) {
    found.push({ text: text.slice(done, end), pairs: places.filter((place) => place.end === end).map((place) => place.pair) });
    done = end;
  }
  if (done < text.length) found.push({ text: text.slice(done), pairs: /** @type {number[]} */ ([]) });
  return found;
}

/** A range over places of the text, which lies in several nodes with numbers between them. @param {Text[]} nodes @param {number} start @param {number} end */
function ranges(nodes, start, end) {
  const found = [];
  let at = 0;
  for (const node of nodes) {
    const from = Math.max(start - at, 0);
    const to = Math.min(end - at, node.data.length);
    if (to > from) found.push(new StaticRange({ startContainer: node, startOffset: from, endContainer: node, endOffset: to }));
    at += node.data.length;
  }
  return found;
}

/** @param {{text: string, lang: string, marks: Mark[], tag?: string}} props */
export function MarkedText({ text, lang, marks, tag = 'p' }) {
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  const at = fromBytes(text, marks.flatMap((mark) => [mark.start, mark.end]));
  const places = marks.map((mark) => ({ start: at.get(mark.start) ?? 0, end: at.get(mark.end) ?? 0, pair: mark.pair })).filter((mark) => mark.end > mark.start);
  const key = JSON.stringify(places);
  useEffect(() => {
    if (!supported || !place.current) return;
    const walker = document.createTreeWalker(place.current, NodeFilter.SHOW_TEXT, (node) => (node.parentElement?.closest('sup') ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    const nodes = /** @type {Text[]} */ ([]);
    while (walker.nextNode()) nodes.push(/** @type {Text} */ (walker.currentNode));
    const made = places.flatMap((mark) => ranges(nodes, mark.start, mark.end).map((range) => ({ highlight: highlightOf(mark.pair), range })));
    for (const { highlight, range } of made) highlight.add(range);
    return () => made.forEach(({ highlight, range }) => highlight.delete(range));
  }, [text, key]);
  return html`<${tag} lang=${lang || null} dir="auto" ref=${place}><bdi>${pieces(text, places).map((piece) => html`${piece.text}${[...new Set(piece.pairs)].map((pair) => html`<${PairNumber} pair=${pair} />`)}`)}</bdi><//>`;
}

/** @param {{pair: number}} props */
export const PairNumber = ({ pair }) => html`<sup class=${`pair pair-${((pair - 1) % COLOURS) + 1}`}>${pair}</sup>`;
