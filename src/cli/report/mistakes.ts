import type { LayersModel } from "@tensorflow/tfjs-layers";
import { type Evaluation, gradCam, type HeatMaps, type ImageSet, mostConfident } from "cifar-kit";
import { plotGradCam, toSvg } from "cifar-kit/plots";
import { ArgumentError } from "../../errors.ts";
import { encodePng } from "../../bytes/encode-png.ts";
import { toBase64 } from "../../bytes/base64.ts";
import { Html, html } from "./html.ts";

/** Mistakes that a report shows. */
const COUNT = 9;

/** The surest mistakes, each with maps of where the model sees the class that it names, and the true one. */
export async function mistakesOf(
  model: LayersModel,
  evaluation: Evaluation,
  set: ImageSet,
): Promise<Html> {
  const { indices, labels, yPred, probabilities, paths } = mostConfident(evaluation, set, {
    count: COUNT,
  });
  if (indices.length === 0) return html`<p>None: all ${set.length} pictures were named right.</p>`;
  const figures: Html[] = [];
  for (const [i, index] of indices.entries()) {
    const [named, is] = [yPred[i], labels[i]].map((label) => set.classNames[label]);
    const picture = await pictureOf(model, set.subset([index, index]), [yPred[i], labels[i]]);
    figures.push(
      html`<figure>
        ${picture}
        <figcaption>
          taken for <b>${named}</b> (${percent(probabilities[i])}), is
          <b>${is}</b>${paths && html`<br />${paths[i]}`}
        </figcaption>
      </figure> `,
    );
  }
  return html`<p class="faint">
      What the model was surest of and wrong: often labels that are wrong, or pictures that are
      hard. Beside each picture the places that speak for a class are bright (Grad-CAM): above for
      the class that it named, below for the true one.
    </p>
    <div class="mistakes">${figures}</div>`;
}

/** A picture twice, each time beside its map of a class; alone, if the model has no maps. */
async function pictureOf(model: LayersModel, twice: ImageSet, label: number[]): Promise<Html> {
  const heat = mapsOf(model, twice, label);
  if (heat) return new Html(await toSvg(plotGradCam(twice, heat, { columns: 1 })));
  const png = toBase64(encodePng(twice.image(0), twice.imageShape));
  return html`<img alt="" src="data:image/png;base64,${png}" />`;
}

function mapsOf(model: LayersModel, set: ImageSet, label: number[]): HeatMaps | undefined {
  try {
    return gradCam(model, set, { label });
  } catch (error) {
    // A model without convolutions, say.
    if (error instanceof ArgumentError) return undefined;
    throw error;
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
