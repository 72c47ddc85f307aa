/** What a model can and cannot do, as one page that needs no other file and no network. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Evaluation, History, ImageSet } from "cifar-kit";
import { plotHistory, toSvg } from "cifar-kit/plots";
import { LIBRARY_VERSION } from "../../train/checkpoint/library-version.ts";
import { Html, html } from "./html.ts";
import { likelyShare } from "./likely-share.ts";
import { matrixOf } from "./matrix.ts";
import { mistakesOf } from "./mistakes.ts";
import { scoresOf } from "./scores.ts";
import { STYLE } from "./style.ts";

/** What a report tells of. */
export interface Told {
  readonly title: string;
  readonly model: LayersModel;
  /** What the model was measured on. */
  readonly set: ImageSet;
  readonly evaluation: Evaluation;
  /** If it was trained: its phases, and what each was. */
  readonly training?: {
    readonly histories: readonly History[];
    readonly phaseNames: readonly string[];
  };
  /** How it was made, in the order in which it is told; lists stand one below the other. */
  readonly facts: readonly (readonly [what: string, value: string | readonly string[]])[];
  /** What the pictures are, if there is more to say. */
  readonly measuredOn?: string;
  /** Command lines to go on with. */
  readonly usage?: string;
}

/** The page, as text. */
export async function reportPage(told: Told): Promise<string> {
  const { title, model, set, evaluation, measuredOn, training, facts, usage } = told;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="generator" content="cifar-kit ${LIBRARY_VERSION}" />
        <title>${title}</title>
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${figuresOf(evaluation, set)}
          ${measuredOn !== undefined && html`<p class="faint">${measuredOn}</p> `}${
            training &&
            html`<h2>Learning curves</h2>
              ${await curvesOf(training)} `
          }
          <h2>Scores of each class</h2>
          ${scoresOf(evaluation)}
          <h2>Confusion matrix</h2>
          ${await matrixOf(evaluation)}
          <h2>Surest mistakes</h2>
          ${await mistakesOf(model, evaluation, set)}
          ${
            usage !== undefined &&
            html`<h2>How to use it</h2>
              <pre>${usage}</pre> `
          }
          <h2>How it was made</h2>
          <dl>
            ${facts.map(
              ([what, value]) =>
                html`<dt>${what}</dt>
                  <dd>${valueOf(value)}</dd> `,
            )}
          </dl>
        </main>
      </body>
    </html> `.markup;
}

const valueOf = (value: string | readonly string[]): Html =>
  typeof value === "string"
    ? html`${value}`
    : html`<ul>
        ${value.map((line) => html`<li>${line}</li>`)}
      </ul>`;

function figuresOf({ accuracy, loss, yTrue, yPred }: Evaluation, set: ImageSet): Html {
  const n = yTrue.length;
  const right = yTrue.filter((label, i) => label === yPred[i]).length;
  const [low, high] = likelyShare(right, n).map((share) => (100 * share).toFixed(0));
  const figure = (value: string, what: string): Html =>
    html`<div><b>${value}</b><span>${what}</span></div> `;
  return html`<p class="faint">${set.classNames.join(", ")}</p>
    <div class="figures">
      ${figure(`${(100 * accuracy).toFixed(1)} %`, "named right (accuracy)")}${figure(
        `${right} of ${n}`,
        "pictures, kept apart from the training",
      )}${figure(`${low}–${high} %`, "where the true share likely is (95 %)")}${figure(
        loss.toFixed(3),
        "cross-entropy (loss)",
      )}
    </div>`;
}

async function curvesOf({ histories, phaseNames }: NonNullable<Told["training"]>): Promise<Html> {
  const names = histories.length > 1 ? { phaseNames } : {};
  const charts: Html[] = [];
  for (const metric of ["loss", "accuracy"] as const) {
    charts.push(new Html(await toSvg(plotHistory(histories, { metrics: [metric], ...names }))));
  }
  return html`<div class="curves">${charts}</div>`;
}
