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
  await mountPlot(byId("history-plot"), plotHistory(curves), { colors: "page" });
  const labels = classNames.map((_, label) => label);
  const matrix = confusionMatrix(yTrue, yPred, { labels });
  await mountPlot(byId("matrix-plot"), plotConfusionMatrix(matrix, { classNames }), {
    colors: "page",
  });
}
