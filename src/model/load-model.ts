import { io } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check, describe } from "../checks.ts";
import { modelInternals } from "./internals.ts";
import { setTrainingStep, withKerasLayers } from "./keras-layers.ts";
import { withKerasLoss } from "./loss.ts";

/**
 * Loads a saved model with everything that training needs: the layers behave as Keras's do, and a
 * model that was saved compiled (`model.save(handler, { includeOptimizer: true })`) comes back
 * compiled, with its optimizer's state, so that training goes on as if it had not been interrupted:
 * with the optimizer of this library that it was saved with, else with that of TensorFlow.js.
 *
 * Models that the tensorflowjs converter made of Keras 2 or Keras 3 load, too, if TensorFlow.js has
 * all of their layers.
 *
 * @param handler where to load from: an `IOHandler`, or a URL that TensorFlow.js knows.
 * @returns the model; the caller disposes it.
 * @throws {ArgumentError} if nothing can be loaded from what was passed.
 * @throws {SourceError} if it cannot be read; the handler's own error is its `cause`.
 * @throws {DataError} if the files are damaged, or hold no model that TensorFlow.js can build.
 */
export async function loadModel(handler: string | io.IOHandler): Promise<LayersModel> {
  const source = handlerOf(handler);
  // Loaded with the first model: pages that build theirs need none of it.
  const { buildFrom, readArtifacts } = await import("./saved/artifacts.ts");
  const artifacts = await readArtifacts(source);
  const model = withKerasLayers(await buildFrom(artifacts));
  const { optimizer } = modelInternals(model);
  if (!optimizer) return model;
  // A mask belongs to a step, and the optimizer knows how many there were.
  setTrainingStep(model, optimizer.iterations);
  return withKerasLoss(model);
}

/** What loads from there: a URL's handler is chosen as TensorFlow.js does it. */
function handlerOf(place: unknown): io.IOHandler {
  if (typeof place === "string") {
    const [handler] = io.getLoadHandlers(place) as (io.IOHandler | undefined)[];
    // In a page a URL may be relative; elsewhere a string without a handler is mostly a path.
    check(
      handler !== undefined || typeof location === "object",
      "loadModel",
      "an IOHandler or a URL that a handler is registered for",
      describe(place),
      "to load from a folder, pass fileSystemIO(path) of cifar-kit/node",
    );
    return handler ?? io.browserHTTPRequest(place);
  }
  check(
    typeof (place as Partial<io.IOHandler> | null | undefined)?.load === "function",
    "loadModel",
    "an IOHandler with a load method, or a URL",
    describe(place),
    "pass e.g. fileSystemIO(path) of cifar-kit/node",
  );
  return place as io.IOHandler;
}
