import type { Trials, Untried } from "../trial.ts";
import * as callbacks from "./callbacks.ts";
import * as checkpoints from "./checkpoints.ts";
import * as data from "./data.ts";
import * as options from "./options.ts";
import * as predictions from "./predictions.ts";
import * as shards from "./shards.ts";

export const trials: Trials = {
  ...callbacks.trials,
  ...checkpoints.trials,
  ...data.trials,
  ...options.trials,
  ...predictions.trials,
  ...shards.trials,
};

export const untried: Untried = {
  ...checkpoints.untried,
  ...options.untried,
  ...predictions.untried,
};
