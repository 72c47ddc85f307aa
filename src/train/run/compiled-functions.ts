/** The functions that a model is compiled with: what they return is looked at before it is used. */
import { mean, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { shared } from "../../runtime/brand.ts";
import { describe } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import { type LossFunction, modelInternals } from "../../model/internals.ts";

const checked = /* @__PURE__ */ shared("checked", () => new WeakSet<LossFunction>());

/** Has a compiled model's loss and metrics say in plain words that they return no numbers. Idempotent. */
export function withCheckedFunctions(model: LayersModel): void {
  const inner = modelInternals(model);
  inner.lossFunctions = inner.lossFunctions?.map((loss) => checkedFunction("loss", loss));
  inner.metricsTensors = inner.metricsTensors?.map(([metric, output]) => [
    checkedFunction("metric", metric),
    output,
  ]);
}

function checkedFunction(what: string, compute: LossFunction): LossFunction {
  if (checked.has(compute)) return compute;
  const withCheck: LossFunction = (yTrue, yPred) => {
    const result: unknown = compute(yTrue, yPred);
    if (!isNumbers(result)) {
      throw new ArgumentError({
        subject: "compile",
        expected: `the ${what} to return a tensor of numbers`,
        got: `${describe(result)} from ${describe(compute)}`,
        remedy: "return one number for each sample, computed by operations of TensorFlow.js",
      });
    }
    // One number a sample, as Keras makes of them: there may be weights of samples to multiply.
    const others = result.shape.slice(1).map((_, axis) => axis + 1);
    return others.length > 0 ? mean(result, others) : result;
  };
  checked.add(withCheck);
  return withCheck;
}

function isNumbers(value: unknown): value is Tensor {
  const { shape, dtype, isDisposed } = Object(value) as Partial<Tensor>;
  const isNumeric = dtype === "float32" || dtype === "int32" || dtype === "bool";
  return Array.isArray(shape) && isNumeric && isDisposed === false;
}
