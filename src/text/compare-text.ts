/**
 * The order in which Python sorts texts, and so Keras and torchvision number classes: by code point.
 * JavaScript's own goes by half of a surrogate pair, which puts emoji before some letters.
 */
export function compareText(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  for (let i = 0; i < end; i++) {
    const difference = rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Puts the halves of surrogate pairs behind everything that needs no pair. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/**
 * A name in the form in which it compares: a Mac may spell an accent as a letter of its own (NFD),
 * and the same name elsewhere has it in one with its letter (NFC).
 */
export const normalName = (name: string): string => name.normalize("NFC");
