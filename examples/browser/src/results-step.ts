import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { TwoPhaseHistory } from "cifar-kit";
import { announce, byId, markDone, percent, showAlert } from "./dom.ts";
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
    // Metrics and plots are loaded now that there is something to measure.
    const { drawPlots, showMistakes, showPairs, showReport } = await import("./results.ts");
    if (shown !== model) return;
    showReport(evaluation, test);
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
