import { reduceLROnPlateau, replaceHead, trainPhase, unfreeze } from "cifar-kit";
import { loadPretrained } from "cifar-kit/node";
import { type Course, settingsOf, type Trained, untilItStops } from "./course.ts";

/** Epochs in which the new head learns alone; of a short course a quarter. */
const HEAD_EPOCHS = 5;
/** Learning rates of Adam: of the head alone, and of everything at first. */
const RATES = { head: 0.01, all: 5e-4 };

/**
 * A trained network with a new head: first the head learns alone, then everything, in steps that become smaller
 * where they help no more.
 */
export async function transfer(course: Course): Promise<Trained> {
  const { train, network, epochs, augmentation, seed, progress } = course;
  const { classNames } = train;
  const headEpochs = Math.min(HEAD_EPOCHS, Math.ceil(epochs / 4));
  const base = await loadPretrained({ network });
  const model = replaceHead(base, { classNames, learningRate: RATES.head, seed });
  const phase = { augmentation, dropRemainder: false };
  const slower = reduceLROnPlateau({ patience: 2, factor: 0.3 });

  await progress.write(`\nThe new head learns (${headEpochs} epochs)\n`);
  const head = await trainPhase(model, {
    ...settingsOf(course, "head"),
    ...phase,
    epochs: headEpochs,
  });
  if (epochs === headEpochs)
    return { model, histories: [head], phaseNames: ["new head"], stopsEarly: false };

  await progress.write(`\nThe whole network learns (at most ${epochs - headEpochs} epochs)\n`);
  unfreeze(model, { learningRate: RATES.all });
  const { callbacks, ...settings } = settingsOf(course, "network");
  const all = await trainPhase(model, {
    ...settings,
    ...phase,
    callbacks: [...callbacks, slower, untilItStops(course)],
    // Counted on, so that it is shown other orders and augmentations than the head was.
    initialEpoch: headEpochs,
    epochs,
  });
  return {
    model,
    histories: [head, all],
    phaseNames: ["new head", "whole network"],
    stopsEarly: true,
  };
}
