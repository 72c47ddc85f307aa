import { check, checkOptions, describe, isObject } from "../checks.ts";

/** What the epochs of one phase gave; a training run's history fits. */
export interface EpochHistory {
  /** Number of each epoch, counted from 0, ascending; by default 0, 1, 2, ... */
  readonly epochs?: ArrayLike<number>;
  /** Training loss, one value an epoch; what is not finite, or `null`, is a gap in the curve. */
  readonly loss: ArrayLike<number | null>;
  /** Empty or absent for a model that does not measure it. */
  readonly accuracy?: ArrayLike<number | null>;
  /** This and the next: empty or absent without validation. */
  readonly valLoss?: ArrayLike<number | null>;
  /** Validation accuracy, one value an epoch, in [0, 1]. */
  readonly valAccuracy?: ArrayLike<number | null>;
  /** Not drawn. */
  readonly seconds?: ArrayLike<number>;
}

/** The same under the names that Keras and TensorFlow.js give. */
export interface KerasHistory {
  /** Training loss, one value an epoch. */
  readonly loss: ArrayLike<number | null>;
  /** Keras's name of the training accuracy. */
  readonly accuracy?: ArrayLike<number | null>;
  /** TensorFlow.js's name of it. */
  readonly acc?: ArrayLike<number | null>;
  /** Validation loss. */
  readonly val_loss?: ArrayLike<number | null>;
  /** Keras's name of the validation accuracy. */
  readonly val_accuracy?: ArrayLike<number | null>;
  /** TensorFlow.js's name of it. */
  readonly val_acc?: ArrayLike<number | null>;
}

/** The histories of two phases, the second of which went on where the first ended. */
export interface PhaseHistories {
  /** The first phase. */
  readonly plain: EpochHistory | KerasHistory;
  /** The second phase. */
  readonly augmented: EpochHistory | KerasHistory;
  /** Both in one, which is not drawn a second time. */
  readonly all?: unknown;
  /** How the run went; not drawn. */
  readonly health?: unknown;
}

/** One epoch's values of one split; `null` where there is no finite number. */
export interface HistoryPoint {
  /** Counted from 1, through all phases. */
  readonly epoch: number;
  readonly split: "training" | "validation";
  readonly loss: number | null;
  readonly accuracy: number | null;
}

/** Our name of each key that Keras or TensorFlow.js calls otherwise. */
const OTHER_NAMES: ReadonlyMap<string, keyof EpochHistory> = new Map([
  ["acc", "accuracy"],
  ["val_loss", "valLoss"],
  ["val_accuracy", "valAccuracy"],
  ["val_acc", "valAccuracy"],
]);
const CURVES = ["loss", "accuracy", "valLoss", "valAccuracy"] as const;
/** The last two are Keras's, which its callbacks add. */
const NOT_DRAWN = ["epochs", "seconds", "health", "learning_rate", "lr"] as const;

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

/**
 * All points in the order of their epochs. A second phase that counts its epochs from 0 again is
 * moved behind the first. A phase with validation has a point of it for every epoch, a gap where it
 * gave no number.
 * @returns also where the second phase began, between two epochs, if there are two.
 */
export function joinPhases(phases: readonly EpochHistory[]): {
  points: HistoryPoint[];
  boundary: number | undefined;
} {
  const points: HistoryPoint[] = [];
  let boundary: number | undefined;
  let last = 0;
  for (const [number, phase] of phases.entries()) {
    const { loss, accuracy = [], valLoss = [], valAccuracy = [] } = phase;
    const first = (phase.epochs?.[0] ?? 0) + 1;
    const shift = number > 0 && first <= last ? last + 1 - first : 0;
    if (number > 0) boundary = (last + first + shift) / 2;
    for (let i = 0; i < loss.length; i++) {
      last = (phase.epochs?.[i] ?? i) + 1 + shift;
      const point = { epoch: last, loss: finite(loss[i]), accuracy: finite(accuracy[i]) };
      points.push({ ...point, split: "training" });
      if (valLoss.length > 0 || valAccuracy.length > 0) {
        const values = { loss: finite(valLoss[i]), accuracy: finite(valAccuracy[i]) };
        points.push({ epoch: last, split: "validation", ...values });
      }
    }
  }
  return { points, boundary };
}

function finite(value: number | null | undefined): number | null {
  return Number.isFinite(value) ? (value as number) : null;
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
