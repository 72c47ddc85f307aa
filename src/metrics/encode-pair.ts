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
  const [low, high] = limits([yTrue, yPred, labels ?? []]);
  const { listed, others, encode } =
    high - low < TABLE_LIMIT
      ? tableEncoder(yTrue, yPred, labels, low, high)
      : mapEncoder(yTrue, yPred, labels);
  return { labels: listed, others, trueCodes: encode(yTrue), predCodes: encode(yPred) };
}

function limits(lists: readonly Labels[]): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) {
      const value = list[i];
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return [low, high];
}

interface Encoder {
  readonly listed: readonly number[];
  readonly others: readonly number[];
  readonly encode: (values: Labels) => Int32Array;
}

/** For labels that lie close together, as class indices do: one table look-up a sample. */
function tableEncoder(
  yTrue: Labels,
  yPred: Labels,
  labels: Labels | undefined,
  low: number,
  high: number,
): Encoder {
  const observed = new Uint8Array(high - low + 1);
  for (let i = 0; i < yTrue.length; i++) observed[yTrue[i] - low] = 1;
  for (let i = 0; i < yPred.length; i++) observed[yPred[i] - low] = 1;
  const present: number[] = [];
  for (let i = 0; i < observed.length; i++) if (observed[i] === 1) present.push(i + low);

  const { listed, others } = divide(present, labels);
  const codes = new Int32Array(high - low + 1);
  [...listed, ...others].forEach((label, code) => (codes[label - low] = code));
  const encode = (values: Labels): Int32Array => {
    const encoded = new Int32Array(values.length);
    for (let i = 0; i < encoded.length; i++) encoded[i] = codes[values[i] - low];
    return encoded;
  };
  return { listed, others, encode };
}

/** For labels that lie far apart. */
function mapEncoder(yTrue: Labels, yPred: Labels, labels: Labels | undefined): Encoder {
  const present = new Set<number>();
  for (let i = 0; i < yTrue.length; i++) present.add(yTrue[i]).add(yPred[i]);
  const { listed, others } = divide(
    [...present].sort((a, b) => a - b),
    labels,
  );
  const codes = new Map([...listed, ...others].map((label, code) => [label, code]));
  const encode = (values: Labels): Int32Array =>
    Int32Array.from(values, (label) => codes.get(label) as number);
  return { listed, others, encode };
}

/** The labels to report on, and those that occur besides. */
function divide(
  present: readonly number[],
  labels: Labels | undefined,
): { listed: readonly number[]; others: readonly number[] } {
  if (labels === undefined) return { listed: present, others: [] };
  const listed = Array.from(labels);
  const known = new Set(listed);
  return { listed, others: present.filter((label) => !known.has(label)) };
}
