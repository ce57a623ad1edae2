// Places in texts: the service counts bytes of UTF-8, the browser counts UTF-16 units.

/**
 * The places of byte offsets in a text, as the browser counts. An offset inside of a character is taken to its begin.
 * @param {string} text
 * @param {number[]} offsets bytes
 * @returns {Map<number, number>}
 */
export function fromBytes(text, offsets) {
  const wanted = [...new Set(offsets)].sort((a, b) => a - b);
  const found = new Map();
  let bytes = 0;
  let next = 0;
  for (let at = 0; at < text.length && next < wanted.length; ) {
    const code = /** @type {number} */ (text.codePointAt(at));
    const size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    while (next < wanted.length && wanted[next] < bytes + size) found.set(wanted[next++], at);
    bytes += size;
    at += code < 0x10000 ? 1 : 2;
  }
  while (next < wanted.length) found.set(wanted[next++], text.length);
  return found;
}

/**
 * A text cut at places that are marked: pieces in order, joined where they touch or overlap.
 * @param {string} text
 * @param {{start: number, end: number}[]} places bytes
 * @returns {{text: string, marked: boolean}[]}
 */
export function cut(text, places) {
  const at = fromBytes(text, places.flatMap((place) => [place.start, place.end]));
  const spans = places.map((place) => [at.get(place.start) ?? 0, at.get(place.end) ?? 0]).sort((a, b) => a[0] - b[0]);
  const pieces = [];
  let done = 0;
  for (let i = 0; i < spans.length; i++) {
    let [start, end] = spans[i];
    while (i + 1 < spans.length && spans[i + 1][0] <= end) end = Math.max(end, spans[++i][1]);
    if (start > done) pieces.push({ text: text.slice(done, start), marked: false });
    if (end > start) pieces.push({ text: text.slice(start, end), marked: true });
    done = end;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), marked: false });
  return pieces;
}

/** A word as stems see it: small letters, and "y" as the "i" that it becomes before an ending. @param {string} word */
const bare = (word) => word.toLowerCase().replaceAll('y', 'i');

/**
 * The words that stems stand for, among words that were found: "batteri" is "battery" where that was found more often than "batteries". A stem
 * of which nothing was found is left out. Words in Chinese or Japanese have no stems and stay as they are.
 * @param {string[]} stems
 * @param {string[]} found as often as they were found
 * @returns {string[]}
 */
export function wordsOf(stems, found) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const word of found) counts.set(word.toLowerCase(), (counts.get(word.toLowerCase()) ?? 0) + 1);
  const ranked = [...counts].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length);
  const near = (stem, word) => bare(word).startsWith(bare(stem)) && word.length <= stem.length + 4;
  return [...new Set(stems.flatMap((stem) => (/[\u2e80-\u9fff]/.test(stem) ? stem : ranked.find(([word]) => near(stem, word))?.[0] ?? [])))];
}

/**
 * The part of pieces around the first mark, about so many characters.
 * @param {{text: string, marked: boolean}[]} pieces
 * @param {number} length
 */
export function excerpt(pieces, length) {
  const first = pieces.findIndex((piece) => piece.marked);
  const before = pieces.slice(0, Math.max(0, first)).reduce((sum, piece) => sum + piece.text.length, 0);
  const from = first < 0 || before < length * 0.6 ? 0 : before - Math.floor(length / 4);
  const shown = [];
  let at = 0;
  for (const piece of pieces) {
    const start = Math.max(0, from - at);
    const end = Math.min(piece.text.length, from + length - at);
    if (end > start) shown.push({ text: piece.text.slice(start, end), marked: piece.marked });
    at += piece.text.length;
  }
  if (from > 0) shown.unshift({ text: '…', marked: false });
  if (at > from + length) shown.push({ text: '…', marked: false });
  return shown;
}
