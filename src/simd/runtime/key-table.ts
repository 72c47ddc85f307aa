declare const unique: unique symbol;
/** An object beside which there is no other with the same contents: what `memoized` returns. */
export type Unique<Contents extends object> = Contents & { readonly [unique]: true };

/** A part of a key. Arrays count by what is in them, unique objects by identity. */
export type KeyPart = Key | Unique<object> | string | number | boolean | null | undefined;
export type Key = readonly KeyPart[];

interface Entry<Value> {
  readonly key: Key;
  readonly variant: number;
  readonly value: Value;
  /** Another one of the same hash. */
  readonly next: Entry<Value> | undefined;
}

/**
 * Values by keys of several parts, e.g. a name and shapes. To find one takes a fraction of the time in
 * which the parts would be made one string.
 */
export class KeyTable<Value> {
  readonly #entries = new Map<number, Entry<Value>>();
  readonly #most: number;
  readonly #forgotten: (value: Value) => void;
  #size = 0;

  /**
   * @param most how many are kept; then the oldest are forgotten.
   * @param forgotten hears of each of them.
   */
  constructor(most: number, forgotten: (value: Value) => void = () => undefined) {
    this.#most = most;
    this.#forgotten = forgotten;
  }

  /** @param variant an integer that counts as a part of the key. */
  get(key: Key, variant = 0): Value | undefined {
    let entry = this.#entries.get(hashOf(key, variant));
    while (entry !== undefined && !(entry.variant === variant && isSame(entry.key, key))) {
      entry = entry.next;
    }
    return entry?.value;
  }

  /** Adds a value under a key that is not there yet. */
  add(key: Key, value: Value, variant = 0): void {
    if (this.#size >= this.#most) this.#forgetOldest();
    const hash = hashOf(key, variant);
    const entry = { key: copyOf(key), variant, value, next: this.#entries.get(hash) };
    this.#entries.set(hash, entry);
    this.#size++;
  }

  #forgetOldest(): void {
    for (const [hash, oldest] of this.#entries) {
      this.#entries.delete(hash);
      for (let entry: Entry<Value> | undefined = oldest; entry; entry = entry.next) {
        this.#size--;
        this.#forgotten(entry.value);
      }
      return;
    }
  }
}

/** What a memoized function remembers: the shapes of a few networks. */
const MOST_RESULTS = 2048;

/** The function, which returns the same object whenever it is called with the same arguments. */
export function memoized<Arguments extends Key, Result extends object>(
  make: (...given: Arguments) => Result,
): (...given: Arguments) => Unique<Result> {
  const results = new KeyTable<Unique<Result>>(MOST_RESULTS);
  return (...given) => {
    const known = results.get(given);
    if (known !== undefined) return known;
    const result = make(...given) as Unique<Result>;
    results.add(given, result);
    return result;
  };
}

/** Numbers for unique objects, in the order in which they were first seen. */
const numbers = new WeakMap<object, number>();
let next = 0;

function numberOf(object: object): number {
  const known = numbers.get(object);
  if (known !== undefined) return known;
  numbers.set(object, ++next);
  return next;
}

function hashOf(key: Key, start: number): number {
  let hash = start;
  for (const part of key) {
    if (typeof part === "number") hash = mixed(hash, part);
    else if (typeof part === "string") {
      hash = mixed(hash, part.charCodeAt(0) + (part.charCodeAt(part.length - 1) << 8));
      hash = mixed(hash, part.length);
    } else if (isKey(part)) hash = hashOf(part, mixed(hash, part.length));
    else if (typeof part === "object" && part !== null) hash = mixed(hash, numberOf(part));
    else hash = mixed(hash, part === true ? 1 : 2);
  }
  return hash ^ (hash >>> 15);
}

function mixed(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x9e3779b1);
}

function isSame(a: Key, b: Key): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const part = a[i];
    const other = b[i];
    if (Object.is(part, other)) continue;
    if (!isKey(part) || !isKey(other) || !isSame(part, other)) return false;
  }
  return true;
}

/** The caller may change arrays later on. */
function copyOf(key: Key): Key {
  return key.map((part) => (isKey(part) ? copyOf(part) : part));
}

function isKey(part: KeyPart): part is Key {
  return Array.isArray(part);
}
