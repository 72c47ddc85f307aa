import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { SourceError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { type Arguments, type Command, UsageError } from "./command.ts";
import { FORMATS } from "./export-formats.ts";
import { modelAt } from "./model-files.ts";
import { useBackend } from "./use-backend.ts";
import { onlyOf, text, wordOf } from "./values.ts";

const names = Object.keys(FORMATS);
const width = Math.max(...names.map((name) => name.length));
const list = Object.entries(FORMATS).map(
  ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`,
);

const HELP = `usage: npx cifar-kit export MODEL --format FORMAT [OPTIONS]

Writes a model for other programs. MODEL is the folder that train has made, a
model.json, or a .keras file.

formats:
${list.join("")}
  --out PATH       where to; default in this folder, called as the model
  --force          replaces what is there
  --backend NAME   simd (default) or cpu
  -h, --help

Exit codes: 1 an error, 2 wrong arguments. To read a .keras file takes the
package h5wasm.

examples:
  npx cifar-kit export pictures-model --format safetensors
  npx cifar-kit export pictures-model --format keras-weights --out my.weights.h5
`;

/** `npx cifar-kit export`. */
export const exportModel: Command = {
  help: HELP,
  options: {
    format: { type: "string" },
    out: { type: "string" },
    force: { type: "boolean" },
    backend: { type: "string" },
  },
  run,
};

async function run({ values, positionals, console }: Arguments): Promise<void> {
  const path = onlyOf(positionals, "one model");
  if (values.format === undefined) {
    throw new UsageError(`expected --format with one of ${names.join(", ")}, got none`);
  }
  const format = FORMATS[wordOf(values, "format", names)];
  const out =
    text(values, "out") ?? basename(resolve(path)).replace(/\.(json|keras)$/, "") + format.ending;
  if (values.force !== true && (await isThere(out))) {
    throw new SourceError({
      subject: printable(out),
      expected: "a new file or folder",
      got: "one that is there already",
      remedy: "name another one with --out, or replace it with --force",
    });
  }
  await useBackend(values);
  const model = await modelAt(path);
  await format.write(model, out);
  model.dispose();
  console.out.write(`${printable(out)}\n`);
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
