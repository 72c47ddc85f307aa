/**
 * Turns the hue of an image with three channels, through Pillow's HSV form: hue, saturation and
 * value in a byte each. Even a turn of 0 goes through that form and back.
 * @param turn part of the full circle, in [-0.5, 0.5].
 * @returns a new image.
 */
export function adjustHue(image: Uint8Array, turn: number): Uint8Array {
  const steps = Math.trunc(turn * 255);
  const out = new Uint8Array(image.length);
  for (let i = 0; i < image.length; i += 3) {
    const [hue, saturation, value] = toHsv(image[i], image[i + 1], image[i + 2]);
    out.set(fromHsv((hue + steps) & 0xff, saturation, value), i);
  }
  return out;
}

type Bytes3 = readonly [number, number, number];

function toHsv(red: number, green: number, blue: number): Bytes3 {
  const { fround } = Math;
  const highest = Math.max(red, green, blue);
  const span = highest - Math.min(red, green, blue);
  if (span === 0) return [0, 0, highest];
  const r = fround((highest - red) / span);
  const g = fround((highest - green) / span);
  const b = fround((highest - blue) / span);
  // Sixths of the circle, counted from the strongest colour.
  const sixths =
    red === highest ? fround(b - g) : green === highest ? fround(2 + r - b) : fround(4 + g - r);
  const hue = fround((sixths / 6 + 1) % 1);
  return [Math.trunc(hue * 255), Math.trunc(fround(span / highest) * 255), highest];
}

function fromHsv(hue: number, saturation: number, value: number): Bytes3 {
  if (saturation === 0) return [value, value, value];
  const { fround } = Math;
  const sixths = (hue * 6) / 255;
  const sector = Math.floor(sixths);
  const rest = fround(sixths - sector);
  const strength = fround(saturation / 255);
  const p = Math.round(value * (1 - strength));
  const q = Math.round(value * (1 - strength * rest));
  const t = Math.round(value * (1 - strength * (1 - rest)));
  const sectors: readonly Bytes3[] = [
    [value, t, p],
    [q, value, p],
    [p, value, t],
    [p, q, value],
    [t, p, value],
    [value, p, q],
  ];
  return sectors[sector % 6];
}
