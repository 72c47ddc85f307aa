/** Pillow's grey value of a colour (ITU-R 601-2), in 16-bit fixed point. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** The grey value of every pixel of an image with three channels; of one channel, the pixels. */
export function lumaOf(image: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return image;
  const grey = new Uint8Array(image.length / 3);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = luma(image[3 * i], image[3 * i + 1], image[3 * i + 2]);
  }
  return grey;
}
