import { check, checkEach, checkOptions, describe, isArray, isObject } from "../checks.ts";
import type { EpochHistory } from "./history-curves.ts";

/** One run of a picture, or several that are drawn as one. */
export interface Run {
  /** None if the picture was asked for a history, not for some by name. */
  readonly name: string | undefined;
  /** Of each of them at least one phase, each with at least one epoch. */
  readonly repeated: readonly (readonly EpochHistory[])[];
  /** A name for each of the phases; some may be empty. */
  readonly phaseNames: readonly string[];
}

/** Our name of each key that Keras or TensorFlow.js calls otherwise. */
const OTHER_NAMES: ReadonlyMap<string, keyof EpochHistory> = /* @__PURE__ */ new Map([
  ["acc", "accuracy"],
  ["val_loss", "valLoss"],
  ["val_accuracy", "valAccuracy"],
  ["val_acc", "valAccuracy"],
]);
const CURVES = ["loss", "accuracy", "valLoss", "valAccuracy"] as const;
/** The last two are Keras's, which its callbacks add. */
const NOT_DRAWN = ["epochs", "seconds", "metrics", "health", "learning_rate", "lr"] as const;
const REMEDY = "pass what a training run returned";

/** The runs of a history, or of several by name, after a check of their keys and arrays. */
export function readRuns(
  subject: string,
  given: object,
  phaseNames: readonly string[] | undefined,
): Run[] {
  const named = isObject(given) && !isRun(given) ? Object.entries(given as Runs) : [];
  const areRuns = named.some(([, value]) => isRun(value));
  const runs = areRuns ? named : [[undefined, given] as const];
  return runs.map(([name, history]) => {
    const repeated = isRepeated(history) ? history.runs : [history];
    const read = repeated.map((run) => readRun(subject, name, run, phaseNames));
    return {
      name,
      repeated: read.map(({ phases }) => phases),
      phaseNames: read[0].phaseNames,
    };
  });
}

/** Whether a value is runs that are drawn as their mean. */
function isRepeated(value: unknown): value is { runs: readonly object[] } {
  const { runs } = (isObject(value) ? value : {}) as { runs?: unknown };
  return isArray(runs) && runs.length > 0;
}

function readRun(
  subject: string,
  name: string | undefined,
  history: object,
  phaseNames: readonly string[] | undefined,
): { phases: readonly EpochHistory[]; phaseNames: readonly string[] } {
  const of = name === undefined ? "" : ` of ${describe(name)}`;
  const given = phasesOf(subject, history);
  const isNamed =
    phaseNames === undefined || given.length === 1 || given.length === phaseNames.length;
  check(
    isNamed,
    subject,
    `phaseNames to be the names of the ${given.length} phases${of}`,
    phaseNames,
    "pass one name per phase, or leave it out",
  );
  const phases = given.map(([own, phase], i) => ({
    name: phaseNames?.[i] ?? own,
    phase: readPhase(subject, of, phase),
  }));
  const filled = phases.filter(({ phase }) => phase.loss.length > 0);
  check(
    filled.length > 0,
    subject,
    `a history${of} with at least one epoch`,
    "none",
    "train for an epoch first",
  );
  return {
    phases: filled.map(({ phase }) => phase),
    phaseNames: filled.map(({ name }) => name),
  };
}

type Runs = Readonly<Record<string, object>>;

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Number.isInteger((value as ArrayLike<unknown> | undefined)?.length);

const isTwoPhases = (value: object): value is { plain: unknown; augmented: unknown } =>
  "plain" in value && "augmented" in value;

function isRun(value: unknown): boolean {
  if (isArray(value)) return true;
  if (!isObject(value)) return false;
  const { loss, phases } = value as { loss?: unknown; phases?: unknown };
  return isList(loss) || isArray(phases) || isTwoPhases(value) || isRepeated(value);
}

/** The phases of a run with the names that they have of their own. */
function phasesOf(subject: string, run: object): (readonly [name: string, phase: unknown])[] {
  const unnamed = (list: readonly unknown[]) => list.map((phase) => ["", phase] as const);
  if (isArray(run)) return unnamed(run);
  if (!isObject(run)) return unnamed([run]);
  if (isTwoPhases(run)) {
    checkKeys(subject, run, ["plain", "augmented", "all", "health"]);
    return [["plain", run.plain], ["augmented", run.augmented]]; // prettier-ignore
  }
  const { phases } = run as { phases?: unknown };
  if (!isArray(phases)) return unnamed([run]);
  checkKeys(subject, run, ["phases", "history", "health"]);
  return unnamed(phases);
}

/** A phase under our own names. */
function readPhase(subject: string, of: string, phase: unknown): EpochHistory {
  check(
    isObject(phase) && isList((phase as EpochHistory).loss),
    subject,
    `a history${of} { loss, accuracy, valLoss, valAccuracy }, two as { plain, augmented }, or runs by name`,
    describe(phase),
    "pass what a training run returned, or the member history of what model.fit returned",
  );
  checkKeys(subject, phase, [...CURVES, ...OTHER_NAMES.keys(), ...NOT_DRAWN]);
  const named = new Map<string, unknown>();
  for (const [key, values] of Object.entries(phase)) {
    const name = OTHER_NAMES.get(key) ?? key;
    check(!named.has(name), subject, `${name} once`, `it as ${key}, too`, "remove one of the two");
    named.set(name, values);
  }
  const own = Object.fromEntries(named) as unknown as EpochHistory;
  const { length } = own.loss;
  for (const name of CURVES) {
    const values = own[name] ?? [];
    checkLength(subject, name + of, values, values.length === 0 ? 0 : length);
    const isValue = (value: unknown): boolean => typeof value === "number" || value === null;
    checkEach(subject, name + of, values, isValue, "numbers", REMEDY);
  }
  const { epochs } = own;
  if (epochs === undefined) return own;
  checkLength(subject, `epochs${of}`, epochs, length);
  const isNext = (epoch: unknown, i: number): boolean =>
    Number.isSafeInteger(epoch) && (epoch as number) >= (i === 0 ? 0 : epochs[i - 1] + 1);
  const what = "whole numbers of at least 0, each above the one before";
  checkEach(subject, `epochs${of}`, epochs, isNext, what, REMEDY);
  return own;
}

/** Throws for unknown keys with values that the picture would leave out in silence; notes may be there. */
function checkKeys(subject: string, history: object, known: readonly string[]): void {
  const values = Object.entries(history).filter(([, value]) => isObject(value));
  checkOptions(subject, Object.fromEntries(values), known);
}

function checkLength(subject: string, name: string, values: unknown, length: number): void {
  check(
    isList(values) && values.length === length,
    subject,
    `${name} to have one number per epoch, ${length} like loss`,
    isList(values) ? `${values.length}` : values,
    REMEDY,
  );
}
