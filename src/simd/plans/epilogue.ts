import { operation } from "../schema/operations.ts";
import type { UnaryOperation } from "./element-wise.ts";
import { floatBits, type Place, type PlanWriter } from "./plan.ts";

/** An activation that a product's kernel applies to what it has just computed. */
export interface Activation {
  readonly name: "Linear" | "Prelu" | UnaryOperation;
  /** Of LeakyRelu. */
  readonly alpha?: number | undefined;
}

export const LINEAR: Activation = { name: "Linear" };

/** The words of what follows a product before it is stored: a bias, then an activation. */
export interface Epilogue {
  readonly bias: Place | null;
  readonly activation: number;
  readonly slopes: Place | null;
}

export const NO_EPILOGUE: Epilogue = { bias: null, activation: 0, slopes: null };

/** The operation's number and 1; Prelu is -1. */
const PRELU = -1;

/** The epilogue of a product with so many channels; `slopes` are Prelu's, one for each of them. */
export function epilogue(
  plan: PlanWriter,
  { name, alpha = 0 }: Activation,
  channels: number,
  { bias, slopes }: Record<"bias" | "slopes", Place | null>,
): Epilogue {
  if (name === "Linear") return { ...NO_EPILOGUE, bias };
  if (name === "LeakyRelu") {
    const table = plan.table(Array.from({ length: channels }, () => floatBits(alpha)));
    return { bias, activation: PRELU, slopes: table };
  }
  if (name === "Prelu") return { bias, activation: PRELU, slopes };
  return { bias, activation: operation("Unary", name) + 1, slopes: null };
}
