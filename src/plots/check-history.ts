import { check, checkOptions, describe, isObject } from "../checks.ts";
import type { EpochHistory, KerasHistory, PhaseHistories } from "./history-points.ts";

/** Our name of each key that Keras or TensorFlow.js calls otherwise. */
const OTHER_NAMES: ReadonlyMap<string, keyof EpochHistory> = new Map([
  ["acc", "accuracy"],
  ["val_loss", "valLoss"],
  ["val_accuracy", "valAccuracy"],
  ["val_acc", "valAccuracy"],
]);
const CURVES = ["loss", "accuracy", "valLoss", "valAccuracy"] as const;
/** The last two are Keras's, which its callbacks add. */
const NOT_DRAWN = ["epochs", "seconds", "metrics", "health", "learning_rate", "lr"] as const;

/** The phases of a history, one or two, after a check of their keys and arrays. */
export function checkHistory(
  subject: string,
  history: EpochHistory | KerasHistory | PhaseHistories,
): EpochHistory[] {
  const hasPhases = isObject(history) && "plain" in history;
  if (hasPhases) checkKeys(subject, history, ["plain", "augmented", "all", "health"]);
  const given = hasPhases ? [history.plain, history.augmented] : [history];
  const phases = given.map((phase) => ownNames(subject, phase));
  for (const phase of phases) {
    const n = phase.loss.length;
    for (const name of CURVES) checkValues(subject, name, phase[name] ?? [], n);
    if (phase.epochs !== undefined) checkEpochs(subject, phase.epochs, n);
  }
  const filled = phases.filter(({ loss }) => loss.length > 0);
  check(
    filled.length > 0,
    subject,
    "a history with at least one epoch",
    "none",
    "train for an epoch first",
  );
  return filled;
}

/** A phase under our own names. */
function ownNames(subject: string, phase: EpochHistory | KerasHistory): EpochHistory {
  check(
    isObject(phase) && Number.isInteger(phase.loss?.length),
    subject,
    "a history { loss, accuracy, valLoss, valAccuracy }, or two as { plain, augmented }",
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
  return Object.fromEntries(named) as unknown as EpochHistory;
}

/** Throws for unknown keys with values that the picture would leave out in silence; notes may be there. */
function checkKeys(subject: string, history: object, known: readonly string[]): void {
  const values = Object.entries(history).filter(([, value]) => isObject(value));
  checkOptions(subject, Object.fromEntries(values), known);
}

function checkValues(
  subject: string,
  name: string,
  values: ArrayLike<number | null>,
  length: number,
): void {
  check(
    values?.length === length || values?.length === 0,
    subject,
    `${name} to have one number per epoch, ${length} like loss (or none)`,
    values?.length === undefined ? values : `${values.length}`,
    "pass what a training run returned",
  );
  for (let i = 0; i < values.length; i++) {
    check(
      typeof values[i] === "number" || values[i] === null,
      subject,
      `${name}[${i}] to be a number`,
      describe(values[i]),
      "pass what a training run returned",
    );
  }
}

function checkEpochs(subject: string, epochs: ArrayLike<number>, length: number): void {
  check(
    epochs?.length === length,
    subject,
    `epochs to have one number per epoch, ${length} like loss`,
    epochs?.length === undefined ? epochs : `${epochs.length}`,
    "pass what a training run returned",
  );
  for (let i = 0; i < length; i++) {
    check(
      Number.isSafeInteger(epochs[i]) && epochs[i] >= 0 && (i === 0 || epochs[i] > epochs[i - 1]),
      subject,
      `epochs[${i}] to be a whole number of at least 0, above the one before`,
      describe(epochs[i]),
      "pass what a training run returned",
    );
  }
}
