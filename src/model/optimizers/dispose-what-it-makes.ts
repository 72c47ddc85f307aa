import type { Optimizer } from "@tensorflow/tfjs-core";
import { shared } from "../../brand.ts";
import type { StockOptimizerInternals } from "../internals.ts";
import { isKerasOptimizer } from "./keras-optimizer.ts";
import { disposedWhenRead } from "./tfjs-form.ts";

const adopted = /* @__PURE__ */ shared("optimizers", () => new WeakSet<Optimizer>());

/**
 * Has an optimizer of TensorFlow.js give back what it makes: the tensor with the number of steps that
 * every `model.save` asks for, and Momentum's learning rate. Idempotent; nothing else changes.
 */
export function disposeWhatItMakes(optimizer: Optimizer): void {
  if (isKerasOptimizer(optimizer) || adopted.has(optimizer)) return;
  adopted.add(optimizer);
  const stock = optimizer as unknown as StockOptimizerInternals;
  const saveIterations = stock.saveIterations.bind(stock);
  stock.saveIterations = async () => {
    const { name, tensor } = await saveIterations();
    return { name, tensor: disposedWhenRead(tensor) };
  };
  const dispose = optimizer.dispose.bind(optimizer);
  optimizer.dispose = () => {
    dispose();
    stock.c?.dispose();
  };
}
