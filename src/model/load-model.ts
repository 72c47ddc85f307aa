import { io } from "@tensorflow/tfjs-core";
import { type LayersModel, loadLayersModel } from "@tensorflow/tfjs-layers";
import { compileOwning } from "./compile.ts";
import { modelInternals } from "./internals.ts";
import { setTrainingStep, withKerasLayers } from "./keras-layers.ts";
import { withUndyingLoss } from "./loss.ts";
import { restoreOptimizer } from "./optimizers/restore-optimizer.ts";

/** An optimizer in a file; the declaration of TensorFlow.js says nothing of it. */
interface SavedOptimizer {
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Loads a saved model with everything that training needs: the layers behave as Keras's do, and a
 * model that was saved compiled (`model.save(handler, { includeOptimizer: true })`) comes back
 * compiled, with its optimizer's state, so that training goes on as if it had not been interrupted.
 *
 * @param handler where to load from: an `IOHandler`, or a URL that TensorFlow.js knows.
 * @returns the model; the caller disposes it.
 * @throws what the handler throws: with `fileSystemIO` of `cifar-kit/node` a {@link SourceError}
 *   or a {@link DataError}.
 */
export async function loadModel(handler: string | io.IOHandler): Promise<LayersModel> {
  let optimizerSettings: Readonly<Record<string, unknown>> = {};
  const source = typeof handler === "string" ? handlerOf(handler) : handler;
  // Listens in: what is loaded holds settings that TensorFlow.js does not hand on.
  const listening: io.IOHandler = {
    load: async () => {
      const artifacts = await source.load!();
      const saved: SavedOptimizer = artifacts.trainingConfig?.optimizer_config ?? {};
      optimizerSettings = saved.config ?? {};
      return artifacts;
    },
  };
  const model = withKerasLayers(await loadLayersModel(source.load ? listening : source));
  const { optimizer: stock } = modelInternals(model);
  if (!stock) return model;
  const optimizer = await restoreOptimizer(stock, optimizerSettings);
  if (optimizer) {
    compileOwning(model, optimizer, model);
    stock.dispose();
  }
  // A mask belongs to a step, and the optimizer knows how many there were.
  setTrainingStep(model, model.optimizer.iterations);
  return withUndyingLoss(model);
}

/** The handler of a URL, chosen as TensorFlow.js does it. */
function handlerOf(url: string): io.IOHandler {
  const [handler] = io.getLoadHandlers(url) as (io.IOHandler | undefined)[];
  return handler ?? io.browserHTTPRequest(url);
}
