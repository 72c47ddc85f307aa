import { check } from "../checks.ts";

/** Backends of TensorFlow.js that run in browsers, with this library's own. */
export type BrowserBackend = "webgpu" | "simd" | "webgl" | "wasm" | "cpu";

/** What there is of one backend. */
export interface BackendProbe {
  /** Its name. */
  readonly backend: BrowserBackend;
  /** Whether it can run here. */
  readonly available: boolean;
  /** What was found, or what is missing and how to get it, in a sentence. */
  readonly detail: string;
}

/** What {@link recommendBackend} found. */
export interface BackendRecommendation {
  /** The one to use: the name for `tf.setBackend`. */
  readonly backend: BrowserBackend;
  /** Why, in a sentence or two. */
  readonly reason: string;
  /** Whether threads can share memory here, which `simd` and `wasm` use. */
  readonly threads: boolean;
  /** Every backend, the recommended one first, then from fast to slow. */
  readonly probes: readonly BackendProbe[];
}

/** A function that splats 0 and counts its bits: only engines with 128-bit SIMD accept it. */
const SIMD = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
];
/** Names of renderers that are programs, not devices. */
const SOFTWARE = /swiftshader|llvmpipe|software|basic render|mesa offscreen/i;

/** Milliseconds that the graphics processor has to answer. */
const ADAPTER_MS = 3000;

interface Finding {
  readonly available: boolean;
  readonly detail: string;
  /** Whether a graphics processor does the work. */
  readonly isHardware?: boolean;
}

const missing = (detail: string): Finding => ({ available: false, detail });

/** A way to compute on graphics, which may lead to a program instead of a device. */
const graphics = (name: string, isSoftware: boolean, device: string): Finding => ({
  available: true,
  isHardware: !isSoftware,
  detail: isSoftware
    ? `${name} computes in software here, which is slow.`
    : `${name} on the graphics processor${device && ` (${device})`}.`,
});

/**
 * Looks at what this browser has and recommends a backend for training a convolutional network here.
 * Works in pages and in Workers, and gives what holds for where it was called. Registers nothing:
 * whether the backends' packages are part of the page, the page knows best.
 * @throws {ArgumentError} where there is no browser.
 */
export async function recommendBackend(): Promise<BackendRecommendation> {
  check(
    typeof self === "object",
    "recommendBackend",
    "a browser",
    "none",
    "call registerSimdBackend(), whose backend is the fastest in Node",
  );
  const isolated = globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== "undefined";
  const processors = navigator.hardwareConcurrency || 1;
  const found = {
    webgpu: await probeWebGpu(),
    webgl: probeWebGl(),
    simd: probeSimd(isolated, processors),
    wasm: probeWasm(),
    cpu: { available: true, detail: "Plain JavaScript: works everywhere, and takes long." },
  } satisfies Record<BrowserBackend, Finding>;
  const { backend, reason } = choose(found, isolated ? processors : 1);
  const order: BrowserBackend[] = ["webgpu", "simd", "webgl", "wasm", "cpu"];
  const probes = [backend, ...order.filter((name) => name !== backend)].map((name) => ({
    backend: name,
    available: found[name].available,
    detail: found[name].detail,
  }));
  return { backend, reason, threads: isolated, probes };
}

function choose(
  { webgpu, webgl, simd, wasm }: Record<BrowserBackend, Finding>,
  threads: number,
): { backend: BrowserBackend; reason: string } {
  if (webgpu.available && webgpu.isHardware) {
    return { backend: "webgpu", reason: "This browser lets WebGPU use the graphics processor." };
  }
  const noGpu = "No graphics processor is to be had here";
  if (simd.available && (threads > 1 || !webgl.isHardware)) {
    const reason = webgl.isHardware
      ? `There is no WebGPU on a graphics processor; ${threads} threads of WebAssembly SIMD train faster than WebGL, and always give the same numbers.`
      : `${noGpu}; WebAssembly SIMD on ${threads === 1 ? "one thread" : `${threads} threads`} is the fastest without one.`;
    return { backend: "simd", reason };
  }
  if (webgl.available && webgl.isHardware) {
    return {
      backend: "webgl",
      reason: "WebGL can use the graphics processor, and WebAssembly has one thread at most here.",
    };
  }
  if (wasm.available) {
    return { backend: "wasm", reason: `${noGpu}, and WebAssembly has no SIMD in this browser.` };
  }
  return webgl.available
    ? { backend: "webgl", reason: "There is no WebAssembly; WebGL computes in software." }
    : { backend: "cpu", reason: "Neither WebGPU nor WebGL nor WebAssembly is to be had here." };
}

/** The part of WebGPU that is asked here. */
interface Gpu {
  requestAdapter(options?: { powerPreference: "high-performance" }): Promise<GpuAdapter | null>;
}
interface GpuAdapter {
  readonly isFallbackAdapter?: boolean;
  readonly info?: {
    readonly vendor: string;
    readonly architecture: string;
    readonly isFallbackAdapter?: boolean;
  };
}

async function probeWebGpu(): Promise<Finding> {
  const { gpu } = navigator as { gpu?: Gpu };
  if (!gpu) {
    return missing(
      globalThis.isSecureContext
        ? "This browser has no WebGPU, or it is switched off."
        : "WebGPU needs a page from https or localhost.",
    );
  }
  const adapter = await Promise.race([
    gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null),
    // A graphics process in trouble may never answer.
    new Promise<null>((resolve) => {
      setTimeout(resolve, ADAPTER_MS, null);
    }),
  ]);
  if (!adapter) return missing("WebGPU found no graphics processor that it may use.");
  const { vendor = "", architecture = "", isFallbackAdapter } = adapter.info ?? {};
  const name = [vendor, architecture].filter(Boolean).join(" ");
  const isSoftware = (isFallbackAdapter ?? adapter.isFallbackAdapter) || SOFTWARE.test(name);
  return graphics("WebGPU", isSoftware, name);
}

function probeWebGl(): Finding {
  const gl =
    typeof OffscreenCanvas === "undefined" ? null : new OffscreenCanvas(1, 1).getContext("webgl2");
  if (!gl) return missing("This browser has no WebGL 2, or it is switched off.");
  const hasFloats = gl.getExtension("EXT_color_buffer_float") !== null;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const renderer = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  if (!hasFloats) return missing("WebGL cannot compute with 32-bit numbers on this device.");
  return graphics("WebGL", SOFTWARE.test(renderer), renderer);
}

function probeSimd(isolated: boolean, processors: number): Finding {
  if (!hasWebAssembly() || !WebAssembly.validate(Uint8Array.from(SIMD))) {
    return missing("WebAssembly has no SIMD in this browser.");
  }
  const threads = `up to ${processors} thread${processors === 1 ? "" : "s"}`;
  const detail = isolated
    ? `WebAssembly SIMD on ${threads}; the same numbers on every device.`
    : `WebAssembly SIMD on one thread. For ${threads} the page has to be served with the headers ` +
      "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.";
  return { available: true, detail };
}

function probeWasm(): Finding {
  if (!hasWebAssembly()) return missing("This browser has no WebAssembly.");
  const detail = "The official WebAssembly backend: its gradients are composed, and slow.";
  return { available: true, detail };
}

function hasWebAssembly(): boolean {
  return typeof WebAssembly === "object" && typeof WebAssembly.validate === "function";
}
