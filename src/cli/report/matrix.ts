import { confusionMatrix, type Evaluation } from "cifar-kit";
import { plotConfusionMatrix, toSvg } from "cifar-kit/plots";
import { Html, html } from "./html.ts";

/** Classes of which a table can still be read. */
const MOST_IN_TABLE = 25;
/** Classes whose names stand side by side. */
const MOST_UPRIGHT = 6;

/** The confusion matrix: a table, of very many classes a picture. */
export async function matrixOf(evaluation: Evaluation): Promise<Html> {
  const { yTrue, yPred, probabilities } = evaluation;
  const classes = probabilities.length / yTrue.length;
  if (classes > MOST_IN_TABLE) {
    return html`<div class="wide">${new Html(await toSvg(plotConfusionMatrix(evaluation)))}</div>`;
  }
  const labels = Array.from({ length: classes }, (_, label) => label);
  const names = labels.map((label) => evaluation.classNames?.[label] ?? String(label));
  const matrix = confusionMatrix(yTrue, yPred, { labels });
  const rows = labels.map((label) => {
    const row = Array.from(matrix[label]);
    const total = Math.max(
      1,
      row.reduce((sum, count) => sum + count, 0),
    );
    const cells = row.map(
      (count) => html`<td style="--share:${(count / total).toFixed(3)}">${count}</td>`,
    );
    return html`<tr>
      <th scope="row">${names[label]}</th>
      ${cells}
    </tr> `;
  });
  const heads = names.map((name) => html`<th scope="col">${name}</th>`);
  return html`<p class="faint">
      Rows: what a picture is. Columns: what it was taken for. The darker, the larger the share of
      the row.
    </p>
    <div class="wide">
      <table class="matrix">
        <thead>
          <tr class="${classes > MOST_UPRIGHT ? "slanted" : "upright"}">
            <td style="background:none"></td>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}
