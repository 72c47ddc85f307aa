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
