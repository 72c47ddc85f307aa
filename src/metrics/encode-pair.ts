import type { Labels } from "./labels.ts";

/** Labels replaced by their positions in a list of labels. */
export interface EncodedPair {
  /** The labels that the caller listed, or the sorted union of those that occur. */
  readonly labels: readonly number[];
  /** Labels that occur in yTrue or yPred but not in `labels`. */
  readonly others: readonly number[];
  /** Position in `labels` of each true label; positions from `labels.length` on mean `others`. */
  readonly trueCodes: Int32Array;
  /** The same of each predicted label. */
  readonly predCodes: Int32Array;
}

/** Labels further apart than this are looked up in a map instead of a table. */
const TABLE_LIMIT = 1 << 20;

/** Replaces each label of two arrays, as long as each other, by its position in `labels`. */
export function encodePair(yTrue: Labels, yPred: Labels, labels?: Labels): EncodedPair {
  const codes = codesFor([yTrue, yPred, labels ?? []]);
  for (let i = 0; i < yTrue.length; i++) codes.set(yTrue[i], 0);
  for (let i = 0; i < yPred.length; i++) codes.set(yPred[i], 0);
  const present = [...codes.keys()].sort((a, b) => a - b);
  const listed = labels ? Array.from(labels) : present;
  const known = new Set(listed);
  const others = present.filter((label) => !known.has(label));
  for (const [code, label] of [...listed, ...others].entries()) codes.set(label, code);
  const encode = (values: Labels): Int32Array => {
    const encoded = new Int32Array(values.length);
    for (let i = 0; i < encoded.length; i++) encoded[i] = codes.get(values[i])!;
    return encoded;
  };
  return { labels: listed, others, trueCodes: encode(yTrue), predCodes: encode(yPred) };
}

interface Codes {
  get(label: number): number | undefined;
  set(label: number, code: number): unknown;
  keys(): Iterable<number>;
}

function codesFor(lists: readonly Labels[]): Codes {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const label = list[i];
      if (label < low) low = label;
      if (label > high) high = label;
    }
  }
  return high - low < TABLE_LIMIT ? codeTable(low, high) : new Map<number, number>();
}

/** A map for labels that lie close together, as class indices do: one look-up in a table each. */
function codeTable(low: number, high: number): Codes {
  const codes = new Int32Array(high - low + 1).fill(-1);
  return {
    get: (label) => codes[label - low],
    set: (label, code) => (codes[label - low] = code),
    keys: () => Array.from(codes.keys(), (i) => i + low).filter((_, i) => codes[i] >= 0),
  };
}
