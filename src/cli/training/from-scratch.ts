import {
  buildCifarModel,
  buildFastModel,
  type PretrainedNetwork,
  trainFast,
  trainPhase,
} from "cifar-kit";
import { type Course, settingsOf, type Trained, untilItStops } from "./course.ts";

/** Steps after which batch normalisation's averages are Keras's; shorter runs need faster ones. */
const LONG_RUN = 2000;

/** A network of its own, by the recipe that goes with it. */
export const FROM_SCRATCH: Readonly<
  Record<PretrainedNetwork, (course: Course) => Promise<Trained>>
> = {
  async notebook(course) {
    const { train, epochs, batchSize, augmentation, seed } = course;
    const isShort = (epochs * train.length) / batchSize < LONG_RUN;
    const model = buildCifarModel({
      for: train,
      seed,
      ...(isShort && { batchNormMomentum: 0.9 }),
    });
    const { callbacks, ...settings } = settingsOf(course, "network");
    const history = await trainPhase(model, {
      ...settings,
      callbacks: [...callbacks, untilItStops(course)],
      ...{ epochs, augmentation, dropRemainder: false },
    });
    return { model, histories: [history], phaseNames: ["from scratch"], stopsEarly: true };
  },
  async fast(course) {
    const { train, epochs, seed } = course;
    const model = buildFastModel({ whiten: train, seed });
    const { history } = await trainFast(model, { ...settingsOf(course, "network"), epochs });
    return { model, histories: [history], phaseNames: ["from scratch"], stopsEarly: false };
  },
};
