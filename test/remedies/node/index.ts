import type { Trials, Untried } from "../trial.ts";
import * as downloads from "./downloads.ts";
import * as folders from "./folders.ts";
import * as models from "./models.ts";
import * as pictures from "./pictures.ts";
import * as plots from "./plots.ts";

export const trials: Trials = {
  ...downloads.trials,
  ...folders.trials,
  ...models.trials,
  ...pictures.trials,
  ...plots.trials,
};

export const untried: Untried = pictures.untried;
