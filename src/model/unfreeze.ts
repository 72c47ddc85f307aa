import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, checkInteger, describe, isListOf, isText } from "../checks.ts";
import { anything, number, readOptions } from "../options.ts";
import { ArgumentError } from "../errors.ts";
import { listed } from "../text/listed.ts";
import { checkLiveModel } from "./check-model.ts";
import { checkNotInTraining } from "./in-training.ts";
import { type LayerInternals, modelInternals } from "./internals.ts";
import { withKerasLayers } from "./keras-layers.ts";
import { allLayers } from "./layer-tree.ts";
import { checkRateIsFree, isScheduled, setLearningRate } from "./learning-rate.ts";
import { prepareOptimizer } from "./optimizers/prepare-optimizer.ts";
import { trainWhatIsTrainable } from "./trainable.ts";

/** Options of {@link unfreeze}. */
export interface UnfreezeOptions {
  /**
   * Which layers: the last so many of `model.layers`, as Keras's `model.layers[-20:]`; or those with
   * these names, or with names that match, also in models inside the model. Default all.
   */
  readonly layers?: number | readonly string[] | RegExp;
  /** What the optimizer goes on with; above 0; default as it is. To tune what is trained, 1e-4 or less. */
  readonly learningRate?: number;
}

/**
 * Lets frozen layers learn from the next step on, and sets the learning rate. What went on being
 * trained keeps its state in the optimizer, what was frozen begins with a new one; nothing has to be
 * compiled anew. Layers that are not chosen stay as they are.
 *
 * A batch normalisation that learns normalises by its batches again, and moves its statistics. For few
 * pictures leave it out: `layers: /^(conv2d|dense)/`.
 *
 * @param model compiled, such as {@link replaceHead} gives.
 * @throws {ArgumentError} if the model is not compiled or is being trained, has no such layers, or an
 *   option is wrong; it is then as it was.
 */
export function unfreeze(model: LayersModel, options: UnfreezeOptions = {}): void {
  const subject = "unfreeze";
  checkLiveModel(subject, model);
  checkNotInTraining(subject, model);
  const { layers, learningRate } = readOptions(subject, options, {
    layers: anything<UnfreezeOptions["layers"]>(),
    learningRate: number({ min: 0, exclusiveMin: true, optional: true }),
  });
  const chosen = chosenLayers(subject, model, layers);
  const { optimizer } = modelInternals(model);
  check(
    optimizer != null,
    subject,
    "a compiled model",
    "one without optimizer and loss",
    "call model.compile({ optimizer, loss, metrics }) first",
  );
  if (learningRate !== undefined) {
    checkRateIsFree(subject, { isScheduled: isScheduled(optimizer) });
  }
  withKerasLayers(model);
  for (const layer of chosen) layer.trainable = true;
  trainWhatIsTrainable(model);
  prepareOptimizer(subject, model);
  if (learningRate !== undefined) setLearningRate(subject, optimizer, learningRate);
}

/** The layers that an option chooses; each choice has to meet some. */
function chosenLayers(
  subject: string,
  model: LayersModel,
  chosen: UnfreezeOptions["layers"],
): readonly LayerInternals[] {
  const { layers } = modelInternals(model);
  if (chosen === undefined) return layers;
  if (typeof chosen === "number") {
    checkInteger(subject, "layers", chosen, { min: 1, max: layers.length });
    return layers.slice(-chosen);
  }
  const choices = chosen instanceof RegExp ? [chosen] : chosen;
  check(
    isListOf(choices, isTextOrPattern) && choices.length > 0,
    subject,
    "layers to be a number of last layers, a list of names or a regular expression",
    describe(chosen),
    'pass e.g. 3, ["dense"] or /^dense/',
  );
  const all = [...allLayers(model)];
  return choices.flatMap((choice) => {
    // Not test(), which goes on where a global expression's last match ended.
    const found = all.filter(({ name }) =>
      isText(choice) ? name === choice : name.search(choice) >= 0,
    );
    if (found.length > 0) return found;
    const names = all.map(({ name }) => name);
    throw new ArgumentError({
      subject,
      expected: `layers out of ${listed(names, 30)}`,
      got: isText(choice) ? describe(choice) : String(choice),
      remedy: "correct the name or the expression",
    });
  });
}

const isTextOrPattern = (value: unknown): value is string | RegExp =>
  isText(value) || value instanceof RegExp;
