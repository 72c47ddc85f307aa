/** Pillow's `ImageOps` that change values one by one. All work on bytes and return a new image. */

/** Keeps the highest `bits` (0 to 8) of every value. */
export function posterize(image: Uint8Array, bits: number): Uint8Array {
  const mask = (0xff << (8 - bits)) & 0xff;
  return image.map((value) => value & mask);
}

/** Inverts every value of at least `threshold`. */
export function solarize(image: Uint8Array, threshold: number): Uint8Array {
  return image.map((value) => (value < threshold ? value : 255 - value));
}

/** Stretches every channel to 0..255. */
export function autoContrast(image: Uint8Array, channels: number): Uint8Array {
  return byChannel(image, channels, (counts) => {
    const low = counts.findIndex((count) => count > 0);
    const high = highestOf(counts);
    if (high <= low) return undefined;
    const scale = 255 / (high - low);
    return Uint8ClampedArray.from(counts, (_, value) => Math.trunc(value * scale - low * scale));
  });
}

/** Spreads every channel so that all values become about equally frequent. */
export function equalize(image: Uint8Array, channels: number): Uint8Array {
  return byChannel(image, channels, (counts) => {
    const step = Math.floor((image.length / channels - counts[highestOf(counts)]) / 255);
    if (step === 0) return undefined;
    let below = Math.floor(step / 2);
    return Uint8ClampedArray.from(counts, (count) => {
      const value = Math.floor(below / step);
      below += count;
      return value;
    });
  });
}

/** The highest value that occurs. */
function highestOf(counts: Int32Array): number {
  let value = counts.length - 1;
  while (counts[value] === 0) value--;
  return value;
}

/** Maps every channel by a table made from its histogram; without a table it stays as it is. */
function byChannel(
  image: Uint8Array,
  channels: number,
  tableOf: (counts: Int32Array) => Uint8ClampedArray | undefined,
): Uint8Array {
  // Not `slice`, which for a Buffer of Node shares its memory.
  const out = new Uint8Array(image);
  for (let c = 0; c < channels; c++) {
    const counts = new Int32Array(256);
    for (let i = c; i < image.length; i += channels) counts[image[i]]++;
    const table = tableOf(counts);
    if (table) for (let i = c; i < image.length; i += channels) out[i] = table[image[i]];
  }
  return out;
}
