import { randomStream } from "cifar-kit";
import { type Trials, type Untried, wrong } from "./trial.ts";

export const trials: Trials = {
  'pass e.g. "shuffle"': [() => randomStream(1, wrong(5)), () => randomStream(1, "shuffle")],
};

export const untried: Untried = {};
