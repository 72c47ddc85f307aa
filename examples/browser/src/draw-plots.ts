import { confusionMatrix, type Evaluation, type TwoPhaseHistory } from "cifar-kit";
import { mountPlot } from "cifar-kit/browser";
import { plotConfusionMatrix, plotHistory } from "cifar-kit/plots";
import { byId } from "./dom.ts";

/** Draws the learning curves and the heat map, in the page's colours. */
export async function drawPlots(
  { plain, augmented, ...rest }: TwoPhaseHistory,
  { yTrue, yPred }: Evaluation,
  classNames: readonly string[],
): Promise<void> {
  const phases = [plain, augmented].filter(({ epochs }) => epochs.length > 0);
  const curves = phases.length === 2 ? { plain, augmented, ...rest } : phases[0];
  const ofPage = getComputedStyle(document.documentElement);
  const colors = ["--training", "--validation"].map((name) => ofPage.getPropertyValue(name));
  // A picture each, so that a narrow page has them one below the other.
  for (const metric of ["accuracy", "loss"] as const) {
    const spec = plotHistory(curves, { metrics: [metric], colors });
    await mountPlot(byId(`${metric}-plot`), spec, { colors: "page" });
  }
  const labels = classNames.map((_, label) => label);
  const matrix = confusionMatrix(yTrue, yPred, { labels });
  await mountPlot(byId("matrix-plot"), plotConfusionMatrix(matrix, { classNames }), {
    colors: "page",
  });
}
