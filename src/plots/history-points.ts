import { check, describe } from "../checks.ts";

/** What the epochs of one phase gave; a training run's history fits. */
export interface EpochHistory {
  /** Number of each epoch, counted from 0; by default 0, 1, 2, ... */
  readonly epochs?: ArrayLike<number>;
  /** Training loss, one value an epoch. */
  readonly loss: ArrayLike<number>;
  /** Empty for a model that does not measure it. */
  readonly accuracy: ArrayLike<number>;
  /** This and the next: empty or absent without validation. */
  readonly valLoss?: ArrayLike<number>;
  /** Validation accuracy, one value an epoch, in [0, 1]. */
  readonly valAccuracy?: ArrayLike<number>;
}

/** The histories of two phases, the second of which went on where the first ended. */
export interface PhaseHistories {
  /** The first phase. */
  readonly plain: EpochHistory;
  /** The second phase. */
  readonly augmented: EpochHistory;
}

/** One epoch's values of one split; `null` where there is no finite number. */
export interface HistoryPoint {
  /** Counted from 1, through all phases. */
  readonly epoch: number;
  readonly split: "training" | "validation";
  readonly loss: number | null;
  readonly accuracy: number | null;
}

/** The phases of a history, one or two, after a check of their arrays. */
export function checkHistory(
  subject: string,
  history: EpochHistory | PhaseHistories,
): EpochHistory[] {
  const isObject = typeof history === "object" && history !== null;
  const phases = isObject && "plain" in history ? [history.plain, history.augmented] : [history];
  for (const phase of phases) {
    check(
      Number.isInteger(phase?.loss?.length) && Number.isInteger(phase.accuracy?.length),
      subject,
      "a history { loss, accuracy, valLoss, valAccuracy }, or two as { plain, augmented }",
      describe(phase),
      "pass what a training run returned",
    );
    const n = phase.loss.length;
    checkLength(subject, "accuracy", phase.accuracy, n, true);
    if (phase.epochs !== undefined) checkLength(subject, "epochs", phase.epochs, n, false);
    checkLength(subject, "valLoss", phase.valLoss ?? [], n, true);
    checkLength(subject, "valAccuracy", phase.valAccuracy ?? [], n, true);
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

/**
 * All points in the order of their epochs. A second phase that counts its epochs from 0 again is
 * moved behind the first.
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
    const first = (phase.epochs?.[0] ?? 0) + 1;
    const shift = number > 0 && first <= last ? last + 1 - first : 0;
    if (number > 0) boundary = (last + first + shift) / 2;
    for (let i = 0; i < phase.loss.length; i++) {
      last = (phase.epochs?.[i] ?? i) + 1 + shift;
      const training = { loss: phase.loss[i], accuracy: phase.accuracy[i] };
      const validation = { loss: phase.valLoss?.[i], accuracy: phase.valAccuracy?.[i] };
      points.push({ epoch: last, split: "training", ...finiteOnly(training) });
      const point = finiteOnly(validation);
      if (point.loss !== null || point.accuracy !== null) {
        points.push({ epoch: last, split: "validation", ...point });
      }
    }
  }
  return { points, boundary };
}

function finiteOnly(values: { loss: number | undefined; accuracy: number | undefined }): {
  loss: number | null;
  accuracy: number | null;
} {
  const finite = (value: number | undefined): number | null =>
    value !== undefined && Number.isFinite(value) ? value : null;
  return { loss: finite(values.loss), accuracy: finite(values.accuracy) };
}

function checkLength(
  subject: string,
  name: string,
  values: ArrayLike<number>,
  length: number,
  mayBeEmpty: boolean,
): void {
  check(
    values?.length === length || (mayBeEmpty && values?.length === 0),
    subject,
    `${name} to have one number per epoch, ${length} like loss${mayBeEmpty ? " (or none)" : ""}`,
    values?.length === undefined ? values : `${values.length}`,
    "pass what a training run returned",
  );
}
