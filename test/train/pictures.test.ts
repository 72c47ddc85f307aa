/** What training, measuring and the search for a learning rate give, the pictures take as it is. */
import { beforeAll, expect, it } from "vitest";
import {
  calibration,
  confusionMatrix,
  evaluate,
  findLearningRate,
  plotCalibration,
  plotConfusionMatrix,
  plotHistory,
  plotLearningRateFinder,
  plotPrecisionRecall,
  plotPredictions,
  plotRoc,
  precisionRecallCurves,
  predict,
  rocCurves,
  toSvg,
  trainPhase,
} from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

beforeAll(() => useBackend("wasm"));

it("histories, evaluations, predictions and sweeps are drawn as they are", async () => {
  const set = tinyImages(24);
  // The third class has no sample.
  const test = set.subset([...set.labels.keys()].filter((i) => set.labels[i] < 2));
  const model = tinyModel();
  const range = await findLearningRate(model, { train: set, batchSize: 8, steps: 12 });
  const history = await trainPhase(model, { train: set, epochs: 1, verbose: 0 });
  const { yTrue, yPred, probabilities } = await evaluate(model, test);
  const predicted = await predict(model, test);
  model.dispose();
  const { classNames } = set;
  const matrix = confusionMatrix(yTrue, yPred, { labels: [0, 1, 2] });
  const specs = [
    plotLearningRateFinder(range),
    plotHistory(history),
    plotRoc(rocCurves(yTrue, probabilities), { classNames }),
    plotPrecisionRecall(precisionRecallCurves(yTrue, probabilities), { classNames }),
    plotCalibration(calibration(yTrue, probabilities)),
    plotConfusionMatrix(matrix, { classNames }),
    plotPredictions(test, { yPred, probabilities }),
    plotPredictions(test, { yPred: predicted.classes, probabilities: predicted.probabilities }),
  ];
  for (const spec of specs) {
    const svg = await toSvg(spec);
    expect(svg).toMatch(/^<svg /);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  }
});
