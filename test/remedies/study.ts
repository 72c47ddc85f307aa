import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import {
  asha,
  choice,
  defineTrial,
  folds,
  integer,
  localProcesses,
  logUniform,
  meanOverFolds,
  parameterImportance,
  runStudy,
  type Space,
  type StudyOptions,
  uniform,
} from "cifar-kit/study";
import { JournalFile } from "../../src/study/journal/journal-file.ts";
import { JournalLock } from "../../src/study/journal/journal-lock.ts";
import { StudyRecord } from "../../src/study/study-record.ts";
import { Memory, trialUrl } from "../study/in-process.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { newFolder } from "./node/network.ts";
import * as queue from "./queue.ts";
import { type Trials, type Untried, wrong } from "./trial.ts";

const curves = { curve: choice([[0.5, 0.4]]) };
/** A study of one trial, whose losses are given. */
const study = (options: Partial<StudyOptions> = {}, engine = new Memory()) =>
  runStudy<Space>({
    ...{ trial: trialUrl("curve"), space: curves, sampler: "grid", engine, verbose: 0 },
    ...options,
  });
const numbers = (space: Space, options: Partial<StudyOptions> = {}) =>
  study({ trial: trialUrl("odd-names"), sampler: "random", trials: 1, space, ...options });

/** Studies in the place of one that there is. */
async function after(first: Partial<StudyOptions>, ...then: Partial<StudyOptions>[]) {
  const engine = new Memory();
  await study(first, engine);
  for (const options of then) await study(options, engine);
}

const line = (code: number): string =>
  `{"op_code":${code},"worker_id":"w","study_name":"a","directions":[1]}\n`;
/** Reads a journal with these lines. */
async function read(text: string): Promise<string> {
  const path = join(newFolder(), "journal.log");
  writeFileSync(path, text);
  await new StudyRecord(new JournalFile(path, new JournalLock(path, "lock.json"))).studies();
  return readFileSync(path, "utf8");
}

const place = new Memory();
/** Goes on with a study whose only trial saves once, which may fail. */
function saved(...failures: Error[]): Promise<unknown> {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const store = place.stores.get(0) ?? new MemoryStore();
  store.failures.push(...failures);
  place.stores.set(0, store);
  return study({ trial: trialUrl("saves"), space: { x: choice([1]) } }, place);
}

/** A study whose only trial fails with NaN, or does not. */
async function best(mood: string): Promise<unknown> {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  return (await study({ trial: trialUrl("moods"), space: { mood: choice([mood]) } })).best;
}

export const trials: Trials = {
  ...queue.trials,
  "pass async ({ params, seed, signal, checkpoint, report }) => { ... }": [
    () => defineTrial(wrong(5)),
    () => defineTrial<{ x: number }>(({ params }) => params.x),
  ],
  "name one of these as metric, or measure it: with validation data, and often enough": [
    () => study({ pruner: asha({ metric: "val_loss", rungs: [1, 2] }) }),
    () => study({ pruner: asha({ metric: "loss", rungs: [1, 2] }) }),
  ],
  "pass what the study was begun with, or choose another folder for a new one": [
    () => after({}, { seed: 2 }),
    async () => {
      await after({}, {});
      await after({ seed: 2 });
    },
  ],
  "say which one with the option name": [
    () => after({ name: "a" }, { name: "b" }, {}),
    () => after({ name: "a" }, { name: "b" }, { name: "a" }),
  ],
  "write export default defineTrial(async ({ params }) => ...) into a module that loads": [
    () => study({ trial: trialUrl("nothing") }),
    () => study(),
  ],
  'say how many, e.g. trials: 20, or pass sampler: "grid", which has an end': [
    () => numbers({ x: integer(1, 2) }, { trials: undefined }),
    async () => {
      await numbers({ x: integer(1, 2) }, { trials: 2 });
      await numbers({ x: integer(1, 2) }, { trials: undefined, sampler: "grid" });
    },
  ],
  'pass new URL("./trial.js", import.meta.url)': [
    () => study({ trial: wrong("./trials/curve.ts") }),
    () => study({ trial: new URL("../study/trials/curve.ts", import.meta.url) }),
  ],
  "pass what asha or median gave, or leave it out": [
    () => study({ pruner: wrong("asha") }),
    async () => {
      await study({ pruner: asha({ metric: "loss", rungs: [1, 2] }) });
      await study();
    },
  ],
  'pass e.g. localProcesses({ workers: 2, folder: "runs/study" })': [
    () => study({ engine: wrong("local") }),
    () => localProcesses({ workers: 2, folder: newFolder() }),
  ],
  'pass e.g. "study", or leave it out': [() => study({ name: "" }), () => study({ name: "study" })],
  "bring the journal back from a copy, or begin in another folder": [
    () => read(line(0) + line(99)),
    () => read(line(0)),
  ],
  "see to that and start again: it goes on from the last one": [
    () => saved(new Error("no space left")),
    () => saved(new Error("no space left")).catch(() => saved()),
  ],
  "run it to its end, and see to what its trials fail at": [() => best("NaN"), () => best("well")],
  "remove that line, which a program that was killed has left; Optuna fails at it, too": [
    () => read(`${line(0)}{"op_co${line(0)}${line(0)}`),
    () => read(line(0) + line(0)),
  ],
  'pass e.g. "runs/sweep"': [
    () => localProcesses({ folder: wrong(new URL("file:///runs")) }),
    () => localProcesses({ folder: "runs/sweep" }),
  ],
  "pass e.g. [2, 6, 20]": [
    () => asha({ metric: "loss", rungs: [20] }),
    () => asha({ metric: "loss", rungs: [2, 6, 20] }),
  ],
  "sort them, none twice": [
    () => asha({ metric: "loss", rungs: [6, 2, 2] }),
    () => asha({ metric: "loss", rungs: [2, 6] }),
  ],
  'pass e.g. ["adam", "sgd"]': [() => choice([]), () => choice(["adam", "sgd"])],
  "pass numbers, texts, booleans, null, or lists and plain objects of them; make the rest of it in the trial":
    [() => choice([wrong(new Date(0))]), () => choice([1, "a", true, null, [1], { a: 1 }])],
  "leave it out": [() => choice([1, 2, 1]), () => choice([1, 2])],
  "leave out one of them": [
    () => integer(1, 9, { log: true, step: 2 }),
    () => {
      integer(1, 9, { log: true });
      integer(1, 9, { step: 2 });
    },
  ],
  'list some, e.g. choice([1e-3, 1e-2]), or pass sampler: "random"': [
    () => numbers({ x: logUniform(1e-3, 1e-2) }, { sampler: "grid" }),
    async () => {
      await numbers({ x: choice([1e-3, 1e-2]) }, { sampler: "grid" });
      await numbers({ x: logUniform(1e-3, 1e-2) });
    },
  ],
  "pass e.g. { learningRate: logUniform(1e-4, 1e-2) }": [
    () => numbers(wrong([logUniform(1e-4, 1e-2)])),
    () => numbers({ learningRate: logUniform(1e-4, 1e-2) }),
  ],
  "name what is to be searched, e.g. { learningRate: logUniform(1e-4, 1e-2) }": [
    () => numbers({}),
    () => numbers({ learningRate: logUniform(1e-4, 1e-2) }),
  ],
  "pass what uniform, logUniform, integer, choice or folds gave; a fixed value belongs into the trial":
    [() => numbers({ x: wrong(3) }), () => numbers({ x: choice([3]) })],
  "pass what runStudy returned": [
    () => parameterImportance(wrong({})),
    async () => parameterImportance(await numbers({ x: integer(1, 9) }, { trials: 2 })),
  ],
  "run more trials first": [
    async () => parameterImportance(await numbers({ x: integer(1, 9) })),
    async () => parameterImportance(await numbers({ x: integer(1, 9) }, { trials: 2 })),
  ],
  "give the space fold: folds(5), or name the parameter with the option fold": [
    async () => meanOverFolds(await numbers({ part: choice([0, 1]) }, { sampler: "grid" })),
    async () => {
      meanOverFolds(await numbers({ fold: folds(5) }, { trials: 5 }));
      const study = await numbers({ part: choice([0, 1]) }, { sampler: "grid" });
      meanOverFolds(study, { fold: "part" });
    },
  ],
  "choose a smaller range": [() => uniform(-1e308, 1e308), () => uniform(-1, 1)],
};

export const untried: Untried = {};
