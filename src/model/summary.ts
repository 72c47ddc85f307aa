import type { LayersModel } from "@tensorflow/tfjs-layers";
import { attempt, check, describe, isArray } from "../checks.ts";
import { integer, oneOf, readOptions } from "../options.ts";
import { describeModel } from "./summary/describe-model.ts";
import { formatKeras2 } from "./summary/format-keras2.ts";
import { formatKeras3 } from "./summary/format-keras3.ts";

/** Options of {@link modelSummary}. */
export interface ModelSummaryOptions {
  /** Whose table it is: Keras 2's plain text (default) or Keras 3's box. */
  readonly style?: "keras2" | "keras3";
  /**
   * Characters in a line, at least 40. Default: Keras's own 65 (Keras 2) and 88 (Keras 3); for models
   * that are no plain chain, and so have a column of connections, 98 and 108.
   */
  readonly lineLength?: number;
  /** Number of values that the optimizer keeps; shown in Keras 3's table if given. */
  readonly optimizerParams?: number;
}

/**
 * A table of the model's layers with their output shapes and numbers of parameters, as Keras's
 * `model.summary()` prints it, ending in a line break.
 *
 * Layers that were not named by hand get the names that Keras would give them in a new session:
 * `conv2d`, `conv2d_1`, ...
 * @param model only read.
 * @throws {ArgumentError} for what is no layers model, an empty one, or unknown options.
 */
export function modelSummary(model: LayersModel, options: ModelSummaryOptions = {}): string {
  const subject = "modelSummary";
  check(
    isArray(attempt(() => model.layers)),
    subject,
    "a model with layers",
    describe(model),
    "pass a tf.LayersModel",
  );
  const { style, lineLength, optimizerParams } = readOptions(subject, options, {
    style: oneOf(["keras2", "keras3"], { default: "keras2" }),
    lineLength: integer({ min: 40, optional: true }),
    optimizerParams: integer({ min: 0, optional: true }),
  });
  check(
    model.layers.length > 0,
    subject,
    "a model with at least one layer",
    "an empty one",
    "add its layers first",
  );
  const facts = describeModel(model, style);
  return style === "keras2"
    ? formatKeras2(facts, lineLength)
    : formatKeras3(facts, lineLength, optimizerParams);
}
