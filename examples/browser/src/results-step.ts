import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  classificationReport,
  confusionMatrix,
  type Evaluation,
  type ImageSet,
  mostConfused,
  type TwoPhaseHistory,
} from "cifar-kit";
import { announce, byId, create, markDone, percent, showAlert } from "./dom.ts";
import { tile } from "./pixels.ts";
import { state } from "./state.ts";

/** The model whose results stand on the page. */
let shown: LayersModel | undefined;

/** Takes results away when another model takes the place of theirs. */
export function setUpResults(): void {
  const hint = byId("results-hint").textContent;
  state.onChange(() => {
    if (!shown || shown === state.model) return;
    shown = undefined;
    byId("report").hidden = true;
    byId("results-hint").textContent = hint;
    markDone("results", false);
  });
}

/** Measures the model on the test pictures and shows what came out. */
export async function showResults(history: TwoPhaseHistory): Promise<void> {
  const { test } = state.pictures!;
  const model = state.model!;
  shown = model;
  showAlert("results-alert");
  byId("results-hint").textContent = "Measuring …";
  try {
    const evaluation = await state.inTurn((trainer) => trainer.evaluate(model, test));
    // Another model may have taken its place meanwhile.
    if (shown !== model) return;
    byId("results-hint").textContent =
      `Measured on ${test.length.toLocaleString("en")} pictures that it has never seen.`;
    byId("report").hidden = false;
    byId("headline-accuracy").textContent = percent(evaluation.accuracy);
    byId("headline-text").textContent = "of them are right; guessing gets 10 %.";
    showReport(evaluation, test);
    // Plots, and what draws them, are loaded now that the first one is drawn.
    const { drawPlots } = await import("./draw-plots.ts");
    await drawPlots(history, evaluation, test.classNames);
    if (shown !== model) return;
    showPairs(evaluation, test);
    showMistakes(evaluation, test);
    markDone("results");
    announce(`${percent(evaluation.accuracy)} of the test pictures are right.`);
  } catch (error) {
    if (shown === model) showAlert("results-alert", error);
  }
}

function showReport({ yTrue, yPred }: Evaluation, { classNames }: ImageSet): void {
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

function showPairs({ yTrue, yPred }: Evaluation, { classNames }: ImageSet): void {
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

function showMistakes({ yTrue, yPred, probabilities }: Evaluation, test: ImageSet): void {
  const { classNames } = test;
  const sureness = (i: number): number => probabilities[i * classNames.length + yPred[i]];
  const wrong = [...yTrue.keys()]
    .filter((i) => yPred[i] !== yTrue[i])
    .sort((a, b) => sureness(b) - sureness(a));
  byId("mistake-tiles").replaceChildren(
    ...wrong
      .slice(0, 12)
      .map((i) =>
        tile(
          test.image(i),
          `${classNames[yPred[i]]}, ${Math.round(sureness(i) * 100)}\u00a0%`,
          `really: ${classNames[yTrue[i]]}`,
        ),
      ),
  );
}
