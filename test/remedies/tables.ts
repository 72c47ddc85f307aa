import * as augment from "./augment.ts";
import * as browser from "./browser/index.ts";
import * as dataset from "./dataset.ts";
import * as metrics from "./metrics.ts";
import * as model from "./model.ts";
import * as node from "./node/index.ts";
import * as plots from "./plots.ts";
import * as random from "./random.ts";
import * as shared from "./shared.ts";
import * as simd from "./simd.ts";
import * as train from "./train/index.ts";
import * as weights from "./weights.ts";
import type { Trials, Untried } from "./trial.ts";

/** What is known of the advice of an area. */
export interface Table {
  readonly trials: Trials;
  /** What remedies.browser.test.ts tries. */
  readonly inPage?: Trials;
  readonly untried: Untried;
}

/** The tables of all areas. */
export const TABLES: Readonly<Record<string, Table>> = {
  ...{ shared, random, model, train, dataset, augment, metrics, plots, weights, node, browser },
  simd,
};
