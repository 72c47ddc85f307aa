import {
  engine,
  getGradient,
  getKernel,
  getKernelsForBackend,
  registerBackend,
  registerGradient,
  registerKernel,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import type { KernelConfig, KernelFunc } from "@tensorflow/tfjs-core";
import { SimdBackend } from "./backend.ts";
import {
  availableThreads,
  hasRelaxedSimd,
  hasSharedMemory,
  hasSimd,
  switchOnRelaxedSimd,
} from "../runtime/features.ts";
import { LinearMemory } from "../runtime/linear-memory.ts";
import { compileKernels, type Build } from "../runtime/module.ts";
import { ThreadPool } from "../runtime/thread-pool.ts";
import { simdGradients, simdKernels } from "./kernel-table.ts";
import type { SimdKernel } from "./kernel.ts";
import { findLateKernels } from "./late-kernels.ts";
import { messageOf, shown, SimdBackendError } from "../simd-error.ts";

const SUBJECT = "registerSimdBackend";
const BACKEND = "simd";
const MAXIMUM_THREADS = 64;
/** What a thread more than these gains is less than what it costs (decision 106). */
const DEFAULT_THREADS = 16;
/**
 * tfjs starts the registered backend of the highest priority where none is chosen by name. Above cpu
 * (1), wasm and webgl (2); below webgpu and tfjs-node (3).
 */
const PRIORITY = 2.5;

/** Options of {@link registerSimdBackend}. */
export interface SimdBackendOptions {
  /**
   * Threads that work, the calling one included: 1 to 64. Default: the processors that are really
   * there, up to 16: nobody waits for their threads, and those that may not start are done without,
   * with a warning. One thread works wherever memory cannot be shared (a page that is not cross-origin
   * isolated), whatever is asked for. The number never changes a result.
   */
  readonly threads?: number;
  /**
   * Whether sums of products may use fused multiply-add. "auto" (default): where the engine has it;
   * "on": required; "off": never, which gives the same bits on every machine.
   */
  readonly relaxedSimd?: "auto" | "on" | "off";
}

/** The next call waits for it: two at the same time would each start threads. */
let lastCall: Promise<void> = Promise.resolve();

/** Made when it was registered, for tfjs to take when it starts the backend. */
let waiting: SimdBackend | null = null;

/**
 * Registers the tfjs backend "simd"; `await tf.setBackend("simd")` then selects it. In a program that
 * chooses no backend and has not used one yet, it is also the one that tfjs starts, unless webgpu or
 * tfjs-node is there.
 *
 * Its kernels are WebAssembly SIMD on several threads; operations without one run the kernel of
 * `@tensorflow/tfjs-backend-cpu`, which must be installed. Other backends are not affected. Calling
 * it again does nothing, unless the options ask for something else than is there.
 *
 * @throws {SimdBackendError} when the engine has no SIMD (or no relaxed SIMD though it is "on"),
 *   when an option is wrong, when the threads that `threads` asks for cannot start, when the cpu
 *   backend is not installed, or when the backend is already registered with other options
 */
export function registerSimdBackend(options: SimdBackendOptions = {}): Promise<void> {
  const call = lastCall.then(() => register(options));
  lastCall = call.catch(() => undefined);
  return call;
}

async function register(options: SimdBackendOptions): Promise<void> {
  checkOptions(options);
  const { threads, relaxedSimd = "auto" } = options;
  if (engine().findBackendFactory(BACKEND)) {
    checkSame(present(), options);
    return;
  }
  await importCpuKernels();
  const build = chooseBuild(relaxedSimd);
  // Registered before and removed before anyone used it.
  waiting?.dispose();
  waiting = await createBackend(threads, build);
  const factory = (): SimdBackend | Promise<SimdBackend> => {
    // tfjs asks again after tf.findBackend, and after it has disposed of a backend, as
    // tf.engine().reset() does.
    const backend = present() ?? createBackend(threads, build);
    waiting = null;
    return backend;
  };
  registerBackend(BACKEND, factory, PRIORITY);
  registerKernels();
}

/** The backend that is there. It is not asked of tfjs, which would start it. */
function present(): SimdBackend | null {
  return (engine().registry[BACKEND] as SimdBackend | undefined) ?? waiting;
}

/**
 * A backend on so many threads, all of which have started. Without a number on all processors: then it is
 * there before its workers are, and does without those that may not start.
 */
async function createBackend(threads: number | undefined, build: Build): Promise<SimdBackend> {
  const count = threads ?? Math.min(availableThreads(), DEFAULT_THREADS);
  if (count === 1 || !hasSharedMemory()) return new SimdBackend(...(await load(build, false)));
  try {
    const [heap, pool] = await load(build, true);
    const started = pool.start(count).catch((problem: unknown) => {
      if (threads === undefined) warn(problem, pool.threads);
      else {
        pool.stop();
        throw problem;
      }
    });
    if (threads !== undefined) await started;
    return new SimdBackend(heap, pool, build);
  } catch (problem) {
    if (threads !== undefined || !(problem instanceof SimdBackendError)) throw problem;
    warn(problem, 1);
    return new SimdBackend(...(await load(build, false)));
  }
}

function warn(problem: unknown, threads: number): void {
  const now = threads === 1 ? "one thread works" : `${threads} threads work`;
  console.warn(`${messageOf(problem)} Until then, ${now}.`);
}

async function load(build: Build, shared: boolean): Promise<[LinearMemory, ThreadPool, Build]> {
  const module = await compileKernels(build, shared);
  const heap = new LinearMemory({ shared });
  return [heap, new ThreadPool(module, heap), build];
}

function checkOptions(options: SimdBackendOptions): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new SimdBackendError(SUBJECT, "an options object", shown(options), "pass { threads }");
  }
  const { threads, relaxedSimd = "auto", ...unknown } = options;
  const [stranger] = Object.keys(unknown);
  if (stranger !== undefined) {
    throw new SimdBackendError(SUBJECT, "threads or relaxedSimd", shown(stranger), "remove it");
  }
  const mayBe = (count: number): boolean =>
    Number.isInteger(count) && count >= 1 && count <= MAXIMUM_THREADS;
  if (threads !== undefined && !mayBe(threads)) {
    throw new SimdBackendError(
      SUBJECT,
      `threads to be an integer from 1 to ${MAXIMUM_THREADS}`,
      shown(threads),
      "leave it out to use every processor",
    );
  }
  if (!["auto", "on", "off"].includes(relaxedSimd)) {
    throw new SimdBackendError(
      SUBJECT,
      'relaxedSimd to be "auto", "on" or "off"',
      shown(relaxedSimd),
      "leave it out for the default",
    );
  }
}

function checkSame(
  backend: SimdBackend | null,
  { threads, relaxedSimd = "auto" }: SimdBackendOptions,
): void {
  if (backend === null) return;
  const sameThreads = threads === undefined || !hasSharedMemory() || threads === backend.threads;
  const sameBuild =
    relaxedSimd === "auto" || (relaxedSimd === "on") === (backend.build === "relaxed");
  if (sameThreads && sameBuild) return;
  throw new SimdBackendError(
    SUBJECT,
    `the options of the first call, the ${backend.build} build on ${backend.threads} threads`,
    JSON.stringify({ threads, relaxedSimd }),
    'call tf.removeBackend("simd") first',
  );
}

function chooseBuild(relaxedSimd: "auto" | "on" | "off"): Build {
  const remedy = "use a current version of Node or of the browser";
  if (!hasSimd()) throw new SimdBackendError(SUBJECT, "WebAssembly SIMD", "none", remedy);
  if (relaxedSimd === "off") return "plain";
  if (!hasRelaxedSimd()) switchOnRelaxedSimd();
  if (hasRelaxedSimd()) return "relaxed";
  if (relaxedSimd === "auto") return "plain";
  throw new SimdBackendError(SUBJECT, "WebAssembly relaxed SIMD", "none", `${remedy}, or "auto"`);
}

async function importCpuKernels(): Promise<void> {
  try {
    await import("@tensorflow/tfjs-backend-cpu");
  } catch (cause) {
    // Where import() is refused, as in Jest, a program may have required the package itself.
    if (getKernelsForBackend("cpu").length > 0) return;
    const { message = "" } = Object(cause) as Partial<Error>;
    const isMissing = /(?:find|resolve)\b[^'"]*['"]@tensorflow\/tfjs-backend-cpu['"]/.test(message);
    throw new SimdBackendError(
      SUBJECT,
      "@tensorflow/tfjs-backend-cpu, which runs what has no SIMD kernel",
      isMissing ? "no such package" : `"${message.split("\n", 1)[0]}" while loading it`,
      isMissing
        ? "run npm install @tensorflow/tfjs-backend-cpu"
        : "see the cause, or load that package before the call",
      cause,
    );
  }
}

/** Registers each kernel of the cpu backend under our name, and ours over them. */
function registerKernels(): void {
  for (const { kernelName } of getKernelsForBackend(BACKEND)) unregisterKernel(kernelName, BACKEND);
  const own = new Set(simdKernels.map(({ kernelName }) => kernelName));
  for (const kernel of getKernelsForBackend("cpu")) {
    if (!own.has(kernel.kernelName)) registerKernel(adopted(kernel));
  }
  findLateKernels(adopted);
  for (const kernel of simdKernels) {
    registerKernel({
      kernelName: kernel.kernelName,
      backendName: BACKEND,
      kernelFunc: withFallback(kernel),
    });
  }
  for (const gradient of simdGradients) {
    if (getGradient(gradient.kernelName) === undefined) registerGradient(gradient);
  }
}

/** A kernel of the cpu backend under our name. */
function adopted(kernel: KernelConfig): KernelConfig {
  const kernelFunc: KernelFunc = (call) => runOnViews(kernel.kernelFunc, call);
  return { ...kernel, backendName: BACKEND, kernelFunc };
}

/** A kernel for tfjs's registry: the SIMD path, or what the cpu backend does. */
function withFallback({ kernelName, run }: SimdKernel): KernelFunc {
  return (call) => {
    const result = run(call as Parameters<SimdKernel["run"]>[0]);
    if (result !== null) return result;
    const fallback = getKernel(kernelName, "cpu");
    if (fallback === undefined) {
      throw new SimdBackendError(
        kernelName,
        "inputs that its SIMD kernel takes",
        Object.values(call.inputs)
          .flatMap((input) => (input ? [`${input.dtype} [${input.shape.join()}]`] : []))
          .join(", "),
        "call operations of tfjs-core that do the same",
      );
    }
    return runOnViews(fallback.kernelFunc, call);
  };
}

/**
 * Runs a kernel of the cpu backend, which takes a view of one input after the other. Computing what a
 * record has put off may grow the memory and end the views before it: so all of that comes first.
 * A kernel of one input has no view to lose, and may not even look at its data.
 */
function runOnViews(
  kernelFunc: KernelFunc,
  call: Parameters<KernelFunc>[0],
): ReturnType<KernelFunc> {
  const inputs = Object.values(call.inputs);
  if (inputs.length > 1 || Array.isArray(inputs[0])) {
    // A kernel on ragged tensors gets some of them as a list.
    (call.backend as SimdBackend).settle(inputs.flat().filter((input) => input != null));
  }
  return kernelFunc(call);
}
