import { blockBytes, kernelBytes, packedKernels } from "../kernels.generated.ts";
import { messageOf, SimdBackendError } from "../simd-error.ts";
import { nodeModule } from "./node.ts";

/** The two builds of the kernels: see assembly/vector.ts for what tells them apart. */
const BUILDS = ["plain", "relaxed"] as const;
export type Build = (typeof BUILDS)[number];

/** Undoes what scripts/build-kernels.mjs does to the modules: deflate, then base64. */
async function unpack(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const letters = atob(text);
  const packed = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) packed[i] = letters.charCodeAt(i);
  // A page that is simulated in Node (jsdom) has no streams, or only names of them.
  const zlib = nodeModule("zlib");
  if (zlib !== undefined) return Uint8Array.from(zlib.inflateRawSync(packed));
  const inflated = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(inflated).arrayBuffer());
}

/** The bytes of a build, of which and of the other one blocks follow each other in turns. */
function takenApart(both: Uint8Array, build: Build): Uint8Array<ArrayBuffer> {
  const wanted = kernelBytes[BUILDS.indexOf(build)];
  const bytes = new Uint8Array(wanted);
  for (let at = 0, from = 0; at < wanted; at += blockBytes) {
    for (const [i, length] of kernelBytes.entries()) {
      const block = both.subarray(from, from + Math.max(0, Math.min(length - at, blockBytes)));
      if (BUILDS[i] === build) bytes.set(block, at);
      from += block.length;
    }
  }
  return bytes;
}

/**
 * Turns the module's memory import from shared into unshared: one byte, the flags of the limits.
 * The modules are built for shared memory; nothing else in them depends on it.
 */
export function withUnsharedMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const patched = bytes.slice();
  const at = importedMemoryFlags(patched);
  patched[at] = 1;
  return patched;
}

/** Index of the flags byte of the module's only import, a memory with a maximum. */
function importedMemoryFlags(bytes: Uint8Array): number {
  let at = 8;
  const integer = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const skipName = (): void => {
    const length = integer();
    at += length;
  };
  const IMPORT_SECTION = 2;
  for (;;) {
    const section = bytes[at++];
    const length = integer();
    if (section === IMPORT_SECTION) break;
    at += length;
  }
  integer(); // the number of imports: one
  skipName();
  skipName();
  return at + 1; // behind the kind of import
}

/** What was compiled stays, for a backend that is registered again. */
const compiled = new Map<string, Promise<WebAssembly.Module>>();

/** A build of the kernels, compiled for a memory that is shared or not. */
export function compileKernels(build: Build, shared: boolean): Promise<WebAssembly.Module> {
  const key = `${build}|${shared}`;
  const module = compiled.get(key) ?? compile(build, shared);
  compiled.set(key, module);
  module.catch(() => compiled.delete(key));
  return module;
}

async function compile(build: Build, shared: boolean): Promise<WebAssembly.Module> {
  const bytes = takenApart(await unpack(packedKernels), build);
  try {
    return await WebAssembly.compile(shared ? bytes : withUnsharedMemory(bytes));
  } catch (cause) {
    throw new SimdBackendError(
      "registerSimdBackend",
      "WebAssembly to be compiled here",
      messageOf(cause),
      "allow script-src 'wasm-unsafe-eval' in the page's content security policy",
      cause,
    );
  }
}
