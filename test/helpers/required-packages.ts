/**
 * Has tests load large CommonJS packages by `require`. `import` has Node parse their whole text in
 * JavaScript for the names that they export, anew in each test file's process: half a second for
 * TensorFlow.js.
 */
import type { Plugin } from "vite";

const PREFIX = "\0required:";

export function requiredPackages(packages: readonly string[]): Plugin {
  return {
    name: "required-packages",
    enforce: "pre",
    resolveId: (id) => (packages.includes(id) ? PREFIX + id : undefined),
    async load(id) {
      if (!id.startsWith(PREFIX)) return undefined;
      const name = id.slice(PREFIX.length);
      // The names as `import` finds them, once for all files.
      const names = Object.keys((await import(name)) as object).filter((key) =>
        /^(?!default$|module\.exports$)[\w$]+$/.test(key),
      );
      return `import { createRequire } from "node:module";
        const found = createRequire(${JSON.stringify(import.meta.url)})(${JSON.stringify(name)});
        export const { ${names.join(", ")} } = found;
        export default found;`;
    },
  };
}
