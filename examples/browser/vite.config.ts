import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";
import { serveData } from "./serve-data.ts";
import { ISOLATION, PREPARED } from "../../vite.shared.ts";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The library and its one dependency, without its plots and its backend, which have parts of their own. */
const LIBRARY = new RegExp(`pure-rand|^${at("src/")}(?!plots/|simd/|browser/mount-plot)`);

/**
 * Which file goes with which part of the program, so that each can be weighed and cached by itself.
 * A group takes what its modules import along, as far as no group above it has it.
 */
const output: NonNullable<NonNullable<UserConfig["build"]>["rolldownOptions"]>["output"] = {
  codeSplitting: {
    groups: [
      { name: "tfjs", test: /tfjs-(core|layers|data)/, priority: 4 },
      { name: "vite", test: /vite\/preload-helper/, priority: 4 },
      // What is loaded along with the page or the Worker; what `import()` loads has files of its own.
      { name: "cifar-kit", test: LIBRARY, tags: ["$initial"], priority: 3 },
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
