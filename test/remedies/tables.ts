import * as augment from "./augment.ts";
import * as browser from "./browser/index.ts";
import * as bytes from "./bytes.ts";
import * as cli from "./cli.ts";
import * as dataset from "./dataset.ts";
import * as exchange from "./exchange.ts";
import * as explain from "./explain.ts";
import * as formats from "./formats.ts";
import * as metrics from "./metrics.ts";
import * as model from "./model.ts";
import * as mpi from "./mpi.ts";
import * as node from "./node/index.ts";
import * as plots from "./plots.ts";
import * as postgres from "./postgres.ts";
import * as random from "./random.ts";
import * as recipes from "./recipes.ts";
import * as runtime from "./runtime.ts";
import * as shared from "./shared.ts";
import * as simd from "./simd.ts";
import * as study from "./study.ts";
import * as train from "./train/index.ts";
import type { Trials, Untried } from "./trial.ts";

/** What is known of the advice of an area. */
export interface Table {
  readonly trials: Trials;
  /** What remedies.browser.test.ts tries. */
  readonly inPage?: Trials;
  readonly untried: Untried;
}

/** The tables of all areas, the rooms of `src/` and the files beside them. */
export const TABLES: Readonly<Record<string, Table>> = {
  ...{ shared, bytes, runtime, random, formats, model, train, dataset, augment, metrics },
  ...{ plots, recipes, explain, exchange, node, browser, simd, study, mpi, postgres, cli },
};
