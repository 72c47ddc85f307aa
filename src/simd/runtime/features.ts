import { nodeModule } from "./node.ts";

// Modules of a few bytes that only an engine with the feature accepts.
/** A function that splats 0 and counts its bits: 128-bit SIMD. */
const SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
];
/** A function that calls f32x4.relaxed_madd: relaxed SIMD. */
const RELAXED_SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0,
  32, 0, 32, 1, 32, 2, 253, 133, 2, 11,
];

export function hasSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(SIMD));
}

export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(Uint8Array.from(RELAXED_SIMD));
}

/**
 * Asks V8 to accept relaxed SIMD where it is implemented but not yet on by default (Node 20). The
 * flag holds for the process; code compiled before it was set is not touched.
 */
export function switchOnRelaxedSimd(): void {
  try {
    nodeModule("v8")?.setFlagsFromString("--experimental-wasm-relaxed-simd");
  } catch {
    // A frozen or foreign runtime: the probe that follows tells.
  }
}

/** Whether memory can be shared between threads here: always in Node, only isolated in browsers. */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return crossOriginIsolated ?? true;
}

/** The number of processors that this process may really use. */
export function availableThreads(): number {
  const os = nodeModule("os");
  if (os === undefined) return navigator.hardwareConcurrency || 1;
  return Math.max(1, Math.min(os.availableParallelism(), containerLimit()));
}

/** The processor quota of the container that the process runs in; Infinity where there is none. */
function containerLimit(): number {
  try {
    const fs = nodeModule("fs");
    const [quota, period] = fs?.readFileSync("/sys/fs/cgroup/cpu.max", "utf8").split(" ") ?? [];
    return Math.ceil(Number(quota) / Number(period)) || Infinity;
  } catch {
    return Infinity;
  }
}
