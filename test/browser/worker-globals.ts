/**
 * Vitest has dynamic imports go through its runner, which Workers do not have. Import this first in
 * the module of a Worker.
 */
(globalThis as Record<string, unknown>).__vitest_browser_runner__ ??= {
  wrapDynamicImport: (load: () => unknown) => load(),
};
