/** How a model was made: what it learned from, and by which plan. */
import type { ImageSet } from "cifar-kit";
import type { Lessons } from "../lessons.ts";
import type { Trained } from "./course.ts";
import type { Plan } from "./plan.ts";

/** For programs. */
export const madeFrom = (plan: Plan, lessons: Lessons, trained: Trained, seconds: number) => {
  const { train, validation, leftOut } = lessons;
  const { source, keptApart, seed, network, fromScratch, augmentationList, batchSize } = plan;
  return {
    data: {
      ...{ source, keptApart, ...plan.fitting },
      classes: train.classNames.map((name, label) => ({
        name,
        train: countOf(train, label),
        validation: countOf(validation, label),
      })),
      leftOut,
    },
    training: {
      ...{ seed, network, fromScratch, augmentation: augmentationList, batchSize, seconds },
      phases: trained.histories.map((history, i) => ({ name: trained.phaseNames[i], ...history })),
    },
  };
};

/** For the readers of a report. */
export function factsMadeFrom({ data, training }: ReturnType<typeof madeFrom>) {
  const [height, width] = data.imageShape;
  const { network, fromScratch, augmentation, batchSize, seed, seconds, phases } = training;
  const origin = fromScratch ? "from scratch" : "that knows CIFAR-10, with a new head";
  const left = data.leftOut.map(({ path, reason }) => `${path}: ${reason}`);
  return [
    ["pictures", data.source],
    [
      "classes",
      data.classes.map(
        (one) => `${one.name}: ${one.train} to learn from, ${one.validation} kept apart`,
      ),
    ],
    ["left out", left.length > 0 ? left : "nothing"],
    [
      "seen as",
      `${width} x ${height} pixels, ${data.fit === "crop" ? "cut to" : "stretched to"} these proportions`,
    ],
    ["network", `the ${network} network, ${origin}`],
    [
      "phases",
      phases.map(
        ({ name, epochs }) =>
          `${name}: ${epochs.length} ${epochs.length === 1 ? "epoch" : "epochs"}`,
      ),
    ],
    ["augmentation", augmentation],
    ["batch size", String(batchSize)],
    ["seed", String(seed)],
    ["time", `${seconds.toFixed(0)} s`],
  ] as const;
}

const countOf = ({ labels }: ImageSet, label: number): number =>
  labels.filter((one) => one === label).length;
