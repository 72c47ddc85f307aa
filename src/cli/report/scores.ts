import { type Evaluation, classificationReport } from "cifar-kit";
import { type Html, html } from "./html.ts";

/** The classification report as a table. */
export function scoresOf(evaluation: Evaluation): Html {
  const { classNames = [] } = evaluation;
  const { perClass, macroAvg, weightedAvg } = classificationReport(evaluation);
  const row = (
    name: string,
    { precision, recall, f1Score, support }: (typeof perClass)[number] | typeof macroAvg,
  ): Html =>
    html`<tr>
      <th scope="row">${name}</th>
      <td>${precision.toFixed(2)}</td>
      <td>${recall.toFixed(2)}</td>
      <td>${f1Score.toFixed(2)}</td>
      <td>${support}</td>
    </tr> `;
  return html`<div class="wide">
      <table class="scores">
        <thead>
          <tr>
            <th></th>
            <th scope="col">precision</th>
            <th scope="col">recall</th>
            <th scope="col">F1</th>
            <th scope="col">pictures</th>
          </tr>
        </thead>
        <tbody>
          ${perClass.map((scores) => row(classNames[scores.label] ?? scores.name, scores))}
        </tbody>
        <tfoot>
          ${row("macro mean", macroAvg)}${row("weighted mean", weightedAvg)}
        </tfoot>
      </table>
    </div>
    <p class="faint">
      Precision: of the pictures that were called so, the share that are. Recall: of those that are,
      the share that were called so. F1: their harmonic mean. 1.00 is all.
    </p>`;
}
