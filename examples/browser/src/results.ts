/** What is shown of a trained network; loaded when the first one has been measured. */
import {
  classificationReport,
  confusionMatrix,
  type Evaluation,
  type ImageSet,
  mostConfident,
  mostConfused,
  type TwoPhaseHistory,
} from "cifar-kit";
import { mountPlot } from "cifar-kit/browser";
import { plotConfusionMatrix, plotHistory } from "cifar-kit/plots";
import { byId, create } from "./dom.ts";
import { tile } from "./pixels.ts";

/** Draws the learning curves and the heat map, in the page's colours. */
export async function drawPlots(
  { plain, augmented, ...rest }: TwoPhaseHistory,
  evaluation: Evaluation,
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
  await mountPlot(byId("matrix-plot"), plotConfusionMatrix(evaluation, { classNames }), {
    colors: "page",
  });
}

/** The report as a table. */
export function showReport({ yTrue, yPred }: Evaluation, { classNames }: ImageSet): void {
  const labels = classNames.map((_, label) => label);
  const report = classificationReport(yTrue, yPred, { labels, targetNames: classNames });
  const row = (
    name: string,
    { precision, recall, f1Score, support }: typeof report.macroAvg,
    className = "",
  ): HTMLElement =>
    create(
      "tr",
      { className },
      create("th", { scope: "row", textContent: name }),
      ...[precision, recall, f1Score].map((value) =>
        create("td", { textContent: value.toFixed(2) }),
      ),
      create("td", { textContent: support.toLocaleString("en") }),
    );
  document
    .querySelector("#report-table tbody")!
    .replaceChildren(
      ...report.perClass.map((scores, label) => row(classNames[label], scores)),
      row("Mean of the classes", report.macroAvg, "total"),
    );
}

/** Which classes were taken for which most often. */
export function showPairs({ yTrue, yPred }: Evaluation, { classNames }: ImageSet): void {
  const labels = classNames.map((_, label) => label);
  const pairs = mostConfused(confusionMatrix(yTrue, yPred, { labels }), { classNames });
  byId("pairs").replaceChildren(
    ...pairs
      .slice(0, 6)
      .map(({ trueName, predictedName, count }) =>
        create(
          "li",
          {},
          create("span", { textContent: `${trueName} taken for ${predictedName.toLowerCase()}` }),
          create("span", { className: "number", textContent: `${count} times` }),
        ),
      ),
  );
}

/** The mistakes that the network was surest of. */
export function showMistakes(evaluation: Evaluation, test: ImageSet): void {
  const { indices, labels, yPred, probabilities } = mostConfident(evaluation, test, { count: 12 });
  byId("mistake-tiles").replaceChildren(
    ...indices.map((image, i) =>
      tile(
        test.image(image),
        `${test.classNames[yPred[i]]}, ${Math.round(probabilities[i] * 100)}\u00a0%`,
        `really: ${test.classNames[labels[i]]}`,
      ),
    ),
  );
}
