// The nearest known word, as the server finds it: Ratcliff and Obershelp's measure (Python's difflib), 0.6 at least.

const CUTOFF = 0.6;

/** A closing sentence: the nearest known word, else all of them (at most twelve), else nothing. */
export function didYouMean(word: string, known: Iterable<string>, what: string): string {
  const names = [...new Set(known)];
  const guess = nearest(word, names);
  if (guess !== null) return ` Did you mean '${guess}'?`;
  return names.length > 0 && names.length <= 12 ? ` ${what} here: ${names.join(", ")}.` : "";
}

export function nearest(word: string, known: readonly string[]): string | null {
  let best: { score: number; name: string } | null = null;
  for (const name of known) {
    const score = ratio(name, word);
    if (score < CUTOFF) continue;
    if (best === null || score > best.score || (score === best.score && name > best.name)) best = { score, name };
  }
  return best?.name ?? null;
}

const ratio = (one: string, other: string): number =>
  one.length + other.length === 0 ? 1 : (2 * matches(one, other)) / (one.length + other.length);

function matches(one: string, other: string): number {
  const { at, there, size } = longestMatch(one, other);
  if (size === 0) return 0;
  const before = matches(one.slice(0, at), other.slice(0, there));
  return size + before + matches(one.slice(at + size), other.slice(there + size));
}

function longestMatch(one: string, other: string): { at: number; there: number; size: number } {
  let best = { at: 0, there: 0, size: 0 };
  for (let at = 0; at < one.length; at += 1) {
    for (let there = 0; there < other.length; there += 1) {
      let size = 0;
      while (at + size < one.length && one[at + size] === other[there + size] && there + size < other.length) size += 1;
      if (size > best.size) best = { at, there, size };
    }
  }
  return best;
}
