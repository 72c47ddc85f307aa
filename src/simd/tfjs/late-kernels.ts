import type { KernelConfig } from "@tensorflow/tfjs-core";

/** tfjs keeps its registry where every copy of it finds it. */
interface Globals {
  readonly _tfGlobals?: Map<string, unknown>;
}

/** Registries that were seen to already. */
const seen = new WeakSet<Map<string, KernelConfig>>();

/**
 * Has kernels found that a program registers for the cpu backend after this one: tfjs looks for
 * `simd_<name>` in its registry, and if that is not there, `adopt` makes it of `cpu_<name>`. There is
 * no public way to be asked; where the registry is not where it is today, such a kernel is not found.
 */
export function findLateKernels(adopt: (kernel: KernelConfig) => KernelConfig): void {
  const registry = (globalThis as Globals)._tfGlobals?.get("kernelRegistry");
  if (!(registry instanceof Map)) return;
  const kernels = registry as Map<string, KernelConfig>;
  if (seen.has(kernels)) return;
  seen.add(kernels);
  // Not bound: tfjs asks three times in each operation, and engines inline this one.
  const find = (key: string): KernelConfig | undefined =>
    Map.prototype.get.call(kernels, key) as KernelConfig | undefined;
  kernels.get = (key) => {
    const found = find(key);
    if (found !== undefined || !key.startsWith("simd_")) return found;
    const late = find(`cpu_${key.slice("simd_".length)}`);
    if (late === undefined) return undefined;
    const adopted = adopt(late);
    kernels.set(key, adopted);
    return adopted;
  };
}
