import type { LayersModel } from "@tensorflow/tfjs-layers";
import { compileClassifier } from "../model/compile.ts";
import { linearSchedule, muon } from "../model/index.ts";

/** What the recipe takes in one batch unless it is told otherwise. */
export const BATCH_SIZE = 500;

/** Rates of the weights that go by SGD, of a loss that is summed over the batch. */
const [BIAS_RATE, HEAD_RATE] = [0.053, 0.67];
/** Rate of Muon at {@link BATCH_SIZE}; its authors' rates grow with the root of the batch: 0.24 at 2,000. */
const FILTER_RATE = 0.12;
/** What they lose with each step, whatever their rate. */
const DECAY = 2e-6;

/**
 * Compiles the fast network with its optimizer. The filters go by Muon, which brings them to a norm before
 * each step; the filters that whiten stay as they are, their biases stop early. Rates fall to 0 over the run.
 * @param filterRate of Muon; default 0.12 at batches of 500, and as the root of larger and smaller ones.
 * @param whiteningSteps after which the biases of the first layer stay as they are; default those of the run.
 */
export function compileFast(
  model: LayersModel,
  {
    batchSize = BATCH_SIZE,
    filterRate = FILTER_RATE * Math.sqrt(batchSize / BATCH_SIZE),
    whiteningSteps,
  }: { batchSize?: number; filterRate?: number; whiteningSteps?: number } = {},
): void {
  // Of the mean loss over a batch, as all other losses here are; and of a head whose weights are divided by
  // the number of its inputs, where the authors divide what comes out.
  const [inputs] = model.getLayer("head").getWeights()[0].shape;
  const [biasRate, headRate] = [BIAS_RATE, HEAD_RATE / inputs ** 2].map((rate) => rate * batchSize);
  const falling = (from: number, steps?: number) => linearSchedule({ from, to: 0, steps });
  compileClassifier(
    model,
    muon({
      learningRate: falling(filterRate),
      momentum: 0.6,
      newtonSchulzSteps: 3,
      adjustLearningRate: "none",
      normalizeWeights: true,
      sgdLearningRate: falling(biasRate),
      sgdMomentum: 0.85,
      decoupledWeightDecay: false,
      groups: [
        ...(whitens(model)
          ? [
              { weights: /^whitening\/kernel/, steps: 0 },
              {
                weights: /^whitening\/bias/,
                learningRate: falling(biasRate, whiteningSteps),
                weightDecay: DECAY / BIAS_RATE,
                steps: whiteningSteps,
              },
            ]
          : []),
        { weights: /^norm.*beta/, weightDecay: DECAY / BIAS_RATE },
        {
          weights: /^head\//,
          rule: "sgd",
          learningRate: falling(headRate),
          weightDecay: (DECAY / HEAD_RATE) * inputs ** 2,
        },
      ],
    }),
  );
}

const whitens = (model: LayersModel): boolean =>
  model.layers.some(({ name }) => name === "whitening");
