import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";
import { serveData } from "./serve-data.ts";
import { ISOLATION, PREPARED } from "../../vite.shared.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The library and its one dependency, without its plots, its backend, and what it loads only where it is needed. */
const LIBRARY =
  /pure-rand|\/src\/((random|dataset|augment|metrics|model|train|weights)\/(?!png|pictures|resample|resize-image|channels|cifar10-sprites|sha256-fallback|keras[23-]|hdf5|permute|weights\/(pytorch|axis|follow|place|feature))|(errors|checks)\.ts|browser\/(?!index|mount-plot|read-picture|bitmap-rows|decode-grey16|sprite|storage\/indexeddb))/;

/**
 * Which file goes with which part of the program, so that each can be weighed and cached by itself.
 * A group takes what its modules import along, as far as no group above it has it.
 */
const output: NonNullable<NonNullable<UserConfig["build"]>["rolldownOptions"]>["output"] = {
  codeSplitting: {
    groups: [
      { name: "tfjs", test: /tfjs-(core|layers|data)/, priority: 4 },
      { name: "vite", test: /vite\/preload-helper/, priority: 4 },
      { name: "cifar-kit", test: LIBRARY, priority: 3 },
      { name: "plots", test: /\/src\/plots\/|\/mount-plot/, priority: 2 },
      { name: "simd", test: /\/src\/simd\//, priority: 2 },
    ],
  },
};

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // Relative addresses: the built page works in any folder of any server.
  base: "./",
  resolve: {
    alias: [
      { find: /^cifar-kit$/, replacement: at("src/index.ts") },
      { find: /^cifar-kit\/(metrics|plots|browser|simd)$/, replacement: at("src/$1/index.ts") },
      { find: /^cifar-kit\/pretrained/, replacement: at("pretrained") },
    ],
  },
  plugins: [serveData()],
  optimizeDeps: { include: PREPARED },
  server: { headers: ISOLATION },
  preview: { headers: ISOLATION },
  build: { target: "es2022", rolldownOptions: { output }, chunkSizeWarningLimit: 2000 },
  worker: { format: "es", rolldownOptions: { output } },
});
