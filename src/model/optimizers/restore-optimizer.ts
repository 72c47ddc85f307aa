import type { Optimizer } from "@tensorflow/tfjs-core";
import { KerasAdam } from "./adam.ts";
import { brandOf } from "../../brand.ts";
import { OPTIMIZER_OPTIONS } from "./keras-optimizer.ts";
import { KerasSgd } from "./sgd.ts";

/** Whether an optimizer is one of this library, of whichever copy of the package. */
export function isKerasOptimizer(optimizer: Optimizer): boolean {
  // Not instanceof, which TensorFlow.js has answer yes for every optimizer.
  return brandOf(optimizer) === "KerasOptimizer";
}

/**
 * The optimizer of this library in the place of one that TensorFlow.js made from a saved model, with
 * the same settings and state.
 * @param saved the settings as they stand in the file: TensorFlow.js drops those that it has not.
 * @returns the replacement; `undefined` if there is none for this class.
 */
export async function restoreOptimizer(
  stock: Optimizer,
  saved: Readonly<Record<string, unknown>>,
): Promise<Optimizer | undefined> {
  const settings = { ...ours(saved), ...stock.getConfig() };
  let optimizer: Optimizer;
  switch (stock.getClassName()) {
    case "Adam":
      optimizer = new KerasAdam("loadModel", settings);
      break;
    case "SGD":
    case "Momentum": {
      const { useNesterov, ...rest } = settings as { useNesterov?: boolean };
      const nesterov = useNesterov === undefined ? {} : { nesterov: useNesterov };
      optimizer = new KerasSgd("loadModel", { ...rest, ...nesterov });
      break;
    }
    default:
      return undefined;
  }
  const weights = await stock.getWeights();
  await optimizer.setWeights(weights);
  // The first one, the number of steps, was made for this list; the others are the optimizer's own.
  weights[0].tensor.dispose();
  return optimizer;
}

/** The settings that optimizers of this library have beyond those of TensorFlow.js. */
function ours(saved: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    OPTIMIZER_OPTIONS.filter((name) => saved[name] !== undefined).map((name) => [
      name,
      saved[name],
    ]),
  );
}
