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

/** What `train` gives: the histories of any number of phases, each going on where the last ended. */
export interface TrainingToPlot {
  /** In their order. */
  readonly phases: readonly (EpochHistory | KerasHistory)[];
  /** All in one, which is not drawn a second time. */
  readonly history?: unknown;
  /** How the run went; not drawn. */
  readonly health?: unknown;
}

/** What a run recorded, whole or phase by phase. */
export type RunHistory =
  | EpochHistory
  | KerasHistory
  | PhaseHistories
  | TrainingToPlot
  | readonly (EpochHistory | KerasHistory)[];

/** Runs that differ in chance only, such as those of several seeds: drawn as their mean. */
export interface RepeatedRuns {
  /** At least one, whole or phase by phase. */
  readonly runs: readonly RunHistory[];
}

/** The values of one split; `null` where there is no finite number. */
export interface HistoryCurve {
  readonly split: "training" | "validation";
  /** Number of each of its epochs, counted from 1, through all phases. */
  readonly epochs: readonly number[];
  readonly loss: readonly (number | null)[];
  readonly accuracy: readonly (number | null)[];
  /** Of a mean of runs: the least and the most of them at each epoch. */
  readonly bands?: Readonly<Record<"loss" | "accuracy", Band>>;
}

interface Band {
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/** Phases as one run. */
export interface JoinedPhases {
  /** Where a phase began, between two epochs. */
  readonly boundaries: readonly number[];
  /** The training's, and the validation's if it gave a number. */
  readonly curves: readonly HistoryCurve[];
}

/** Joins phases. One that counts its epochs from 0 again is moved behind the one before. */
export function joinPhases(phases: readonly EpochHistory[]): JoinedPhases {
  const epochs: number[] = [];
  const boundaries: number[] = [];
  for (const phase of phases) {
    const own = Array.from(phase.loss, (_, i) => (phase.epochs?.[i] ?? i) + 1);
    const last = epochs.at(-1);
    const shift = last !== undefined && own[0] <= last ? last + 1 - own[0] : 0;
    if (last !== undefined) boundaries.push((last + own[0] + shift) / 2);
    epochs.push(...own.map((epoch) => epoch + shift));
  }
  const values = (name: "loss" | "accuracy" | "valLoss" | "valAccuracy"): (number | null)[] =>
    phases.flatMap((phase) => Array.from(phase.loss, (_, i) => finite(phase[name]?.[i])));
  const training = { epochs, loss: values("loss"), accuracy: values("accuracy") };
  const measured = ofMeasuredEpochs({
    epochs,
    loss: values("valLoss"),
    accuracy: values("valAccuracy"),
  });
  return {
    boundaries,
    curves: [
      { split: "training", ...training },
      ...(measured.epochs.length > 0 ? [{ split: "validation" as const, ...measured }] : []),
    ],
  };
}

/** Validation need not be measured in every epoch: those without any number are no gaps. */
function ofMeasuredEpochs({ epochs, loss, accuracy }: Values): Values {
  const isMeasured = (_: unknown, i: number): boolean => loss[i] !== null || accuracy[i] !== null;
  return {
    epochs: epochs.filter(isMeasured),
    loss: loss.filter(isMeasured),
    accuracy: accuracy.filter(isMeasured),
  };
}

type Values = Omit<HistoryCurve, "split" | "bands">;

function finite(value: number | null | undefined): number | null {
  return Number.isFinite(value) ? (value as number) : null;
}
