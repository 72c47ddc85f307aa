import { setBackend } from "@tensorflow/tfjs-core";
import { registerSimdBackend } from "cifar-kit/simd";
import { optionalPackage } from "../runtime/optional-package.ts";
import type { Values } from "./command.ts";
import { wordOf } from "./values.ts";

/** How to get each backend that can train in Node. */
const BACKENDS = {
  simd: () => registerSimdBackend(),
  cpu: () =>
    optionalPackage(
      { subject: "cifar-kit", name: "@tensorflow/tfjs-backend-cpu", otherwise: ", or use simd" },
      () => import("@tensorflow/tfjs-backend-cpu"),
    ),
};

/** Makes the backend active that `--backend` names. @returns its name. */
export async function useBackend(values: Values): Promise<string> {
  const name = wordOf(values, "backend", Object.keys(BACKENDS) as (keyof typeof BACKENDS)[]);
  await BACKENDS[name]();
  await setBackend(name);
  return name;
}
