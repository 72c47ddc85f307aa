/** What everything that serves the sources to a browser has in common: the tests and the demo page. */

/** The headers that let a page share memory between threads; any static server can send them. */
export const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/**
 * Dependencies to make ready beforehand: one that is found only while a page is used would load it
 * anew in its middle.
 */
export const PREPARED = [
  "@tensorflow/tfjs-core",
  "@tensorflow/tfjs-layers",
  "@tensorflow/tfjs-data",
  "@tensorflow/tfjs-backend-cpu",
  "@tensorflow/tfjs-backend-wasm",
  "@tensorflow/tfjs-backend-webgl",
  "@tensorflow/tfjs-backend-webgpu",
  "pure-rand/distribution/uniformFloat64",
  "pure-rand/generator/xoroshiro128plus",
  "vega",
  "vega-lite",
];

/** How tests start Chromium: with software in place of graphics processors. */
export const CHROMIUM = {
  executablePath: process.env.CHROME_BIN ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
  ],
};
