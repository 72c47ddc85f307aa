/** A model's `predict`, without asking its layers each time where the backend can repeat it. */
import { engine, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { canRecord, FEW } from "./backend/recorder.ts";
import type { Repeated, repeatedCalls } from "./repeated.ts";

/**
 * Has calls of `model.predict` on tensors of the same shapes repeated, with the same results. What was
 * recorded is given up with the model, with its backend, and where batches get another size. Idempotent;
 * leaves alone a model whose `predict` somebody has replaced.
 */
export function withRepeatedPredict(model: LayersModel): void {
  if (Object.hasOwn(model, "predict")) return;
  const predict = model.predict.bind(model);
  const dispose = model.dispose.bind(model);
  let repeated: Repeated | undefined;
  let circumstances: readonly unknown[] = [];
  let calls = 0;
  const forget = (): void => {
    repeated?.dispose();
    repeated = undefined;
    calls = 0;
  };
  model.predict = (x, args) => {
    const compute = (): Tensor[] => [predict(x, args)].flat();
    const inputs = [x].flat();
    if (!canRecord() || !inputs.every(isData)) return predict(x, args);
    const now = [engine().backend, args?.batchSize];
    if (now.some((value, i) => value !== circumstances[i])) forget();
    circumstances = now;
    load();
    if (calls++ < FEW || !make) return predict(x, args);
    repeated ??= make(model);
    const outputs = repeated.run(inputs, compute);
    return model.outputs.length === 1 ? outputs[0] : outputs;
  };
  model.dispose = () => {
    forget();
    return dispose();
  };
}

/** Loaded with the first call that could need it: pages that predict otherwise are spared it. */
let make: typeof repeatedCalls | undefined;
let isLoading = false;

/** Has it loaded, and waits for nothing; where it cannot be, nothing is repeated. */
function load(): void {
  if (isLoading) return;
  isLoading = true;
  import("./repeated.ts").then(
    (module) => {
      make = module.repeatedCalls;
    },
    () => undefined,
  );
}

const isData = (x: unknown): boolean => {
  const { isDisposed, dtype } = Object(x) as Partial<Tensor>;
  return isDisposed === false && (dtype === "float32" || dtype === "int32");
};
