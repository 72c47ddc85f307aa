import type { ImageSet } from "cifar-kit";
import { create } from "./dom.ts";

/** Draws an RGB image onto a canvas of its size. */
export function paint(canvas: HTMLCanvasElement, rgb: ArrayLike<number>, side = 32): void {
  canvas.width = canvas.height = side;
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = rgb[3 * i + c];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d")!.putImageData(image, 0, 0);
}

/** A picture with a caption of one or two lines. */
export function tile(rgb: ArrayLike<number>, caption: string, detail?: string): HTMLElement {
  const canvas = create("canvas");
  canvas.setAttribute("aria-hidden", "true");
  paint(canvas, rgb);
  const text = create("figcaption", {}, caption);
  if (detail) text.append(create("span", { className: "soft", textContent: detail }));
  return create("figure", { className: "tile" }, canvas, text);
}

/** Fills the picture at the top of the page: abstract at first, then with some of the data. */
export function fillMosaic(set?: ImageSet): void {
  const mosaic = document.querySelector(".mosaic")!;
  const tiles = Array.from({ length: 36 }, (_, i) => {
    if (!set) {
      const square = create("div");
      // Greens and browns in an order that repeats nowhere near.
      const hue = [150, 165, 28, 95, 40][(i * 7) % 5];
      square.style.background = `hsl(${hue} ${18 + ((i * 13) % 20)}% ${46 + ((i * 29) % 34)}%)`;
      return square;
    }
    const canvas = create("canvas");
    paint(canvas, set.image((i * 37) % set.length));
    return canvas;
  });
  mosaic.replaceChildren(...tiles);
}
