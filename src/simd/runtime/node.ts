/** Node's own modules, reached without an import, so that bundles for browsers stay free of them. */
import type * as fs from "node:fs";
import type * as os from "node:os";
import type * as v8 from "node:v8";
import type * as workerThreads from "node:worker_threads";
import type * as zlib from "node:zlib";

interface NodeModules {
  fs: typeof fs;
  os: typeof os;
  v8: typeof v8;
  worker_threads: typeof workerThreads;
  zlib: typeof zlib;
}

interface NodeProcess {
  getBuiltinModule?(name: string): unknown;
}

/** The module `name` of Node, or undefined where there is no Node. */
export function nodeModule<Name extends keyof NodeModules>(
  name: Name,
): NodeModules[Name] | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  return process?.getBuiltinModule?.(`node:${name}`) as NodeModules[Name] | undefined;
}
