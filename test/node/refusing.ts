import { createRequire, syncBuiltinESMExports } from "node:module";

type Call = (...args: unknown[]) => Promise<unknown>;
const promises = createRequire(import.meta.url)("node:fs/promises") as Record<string, Call>;

/** Does something while the file system refuses every call of this name with this code. */
export async function refusing(
  call: string,
  code: string,
  action: () => Promise<unknown>,
): Promise<unknown> {
  const original = promises[call];
  const set = (implementation: Call): void => {
    promises[call] = implementation;
    syncBuiltinESMExports();
  };
  set(() => Promise.reject(Object.assign(new Error(`${code}: ${call}`), { code })));
  try {
    return await action();
  } finally {
    set(original);
  }
}
