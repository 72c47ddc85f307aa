import type { Untried } from "../trial.ts";

export { trials } from "./in-node.ts";
export { trials as inPage } from "./in-page.ts";

export const untried: Untried = {
  "split the file": "needs a file larger than the memory",
  "allow this site to keep data, and Workers from blob: addresses (worker-src) in its policy":
    "needs a page with a policy: test/browser/tabs.page.test.ts",
  "start a new Worker, perhaps with another backend: a run with checkpoints goes on from the last one":
    "needs a page that loses its device: test/browser/tabs.page.test.ts",
};
