/**
 * Pixels of `from` channels (1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha) with 1 or 3, as Pillow
 * converts them: what is transparent lies on white (`Image.alpha_composite`), colours become grey by
 * ITU-R BT.601 luma, grey becomes three times itself.
 * @returns `data` itself where there is nothing to do.
 */
export function convertChannels(data: Uint8Array, from: number, to: 1 | 3): Uint8Array {
  const pixels = from % 2 === 0 ? onWhite(data, from) : data;
  const colours = from > 2 ? 3 : 1;
  if (colours === to) return pixels;
  return to === 3 ? repeated(pixels) : luma(pixels);
}

/** The colours over white, without the alpha that comes last in each pixel. */
function onWhite(data: Uint8Array, channels: number): Uint8Array {
  const out = new Uint8Array((data.length / channels) * (channels - 1));
  for (let from = 0, to = 0; from < data.length; from++) {
    const alpha = data[from + channels - 1];
    for (const end = from + channels - 1; from < end; from++) {
      // Divided by 255 and rounded, as Pillow does it.
      const sum = data[from] * alpha + 255 * (255 - alpha) + 128;
      out[to++] = (sum + (sum >> 8)) >> 8;
    }
  }
  return out;
}

function luma(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length / 3);
  for (let from = 0, to = 0; to < out.length; from += 3) {
    // 0.299 R + 0.587 G + 0.114 B in 16 bits of fraction.
    const sum = 19595 * data[from] + 38470 * data[from + 1] + 7471 * data[from + 2];
    out[to++] = (sum + 0x8000) >> 16;
  }
  return out;
}

function repeated(data: Uint8Array): Uint8Array {
  const out = new Uint8Array(3 * data.length);
  for (let from = 0, to = 0; from < data.length; from++) {
    for (let c = 0; c < 3; c++) out[to++] = data[from];
  }
  return out;
}
