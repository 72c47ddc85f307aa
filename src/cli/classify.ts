import { DataError } from "../errors.ts";
import { printable } from "../text/printable.ts";
import { table } from "../text/table.ts";
import { type Answer, answersFor, type Unread } from "./answers.ts";
import { type Arguments, type Command, UsageError } from "./command.ts";
import { percent } from "./measured.ts";
import { openClassifier } from "./model-files.ts";
import { picturesAt } from "./pictures-at.ts";
import { useBackend } from "./use-backend.ts";
import { countOf, VIEWS, wordOf } from "./values.ts";

const HELP = `usage: npx cifar-kit classify PICTURES --model MODEL [OPTIONS]

Says what is in pictures. PICTURES are files, or folders with pictures in
them: PNG, JPEG, WebP, GIF, AVIF or TIFF.

  --model MODEL    the folder that train has made, a model.json, or a .keras
                   file; without it the network that comes with the package,
                   which knows CIFAR-10's classes
  --top N          the N most probable classes; default 1
  --test-time-augmentation none|flip|six
                   means over several views of each picture; default none
  --fit crop|stretch
                   what becomes of pictures that are not square; default as
                   in the training
  --backend NAME   simd (default) or cpu
  --json           prints a list of { path, className, probability, classes }
                   or { path, error }
  -h, --help

Exit codes: 1 an error, or some pictures that cannot be read, which are named
behind the others; 2 wrong arguments.

Needs the packages sharp and @tensorflow/tfjs-backend-cpu.

examples:
  npx cifar-kit classify photo.jpg --model pictures-model
  npx cifar-kit classify ./holidays --model pictures-model --top 3
  npx cifar-kit classify ./holidays --json | jq -r '.[].className'
`;

/** `npx cifar-kit classify`. */
export const classify: Command = {
  help: HELP,
  options: {
    model: { type: "string" },
    top: { type: "string" },
    "test-time-augmentation": { type: "string" },
    fit: { type: "string" },
    backend: { type: "string" },
    json: { type: "boolean" },
  },
  run,
};

async function run({ values, positionals, signal, console }: Arguments): Promise<void> {
  if (positionals.length === 0)
    throw new UsageError("expected pictures or folders of them, got none");
  const top = countOf(values, "top") ?? 1;
  const testTimeAugmentation = wordOf(values, "test-time-augmentation", VIEWS);
  const paths = await picturesAt(positionals);
  await useBackend(values);
  const classifier = await openClassifier(values, console);

  const answers: (Answer | Unread)[] = [];
  for await (const answer of answersFor(paths, classifier, { top, testTimeAugmentation })) {
    signal.throwIfAborted();
    answers.push(answer);
  }
  classifier.model.dispose();
  const unread = answers.filter((answer) => "error" in answer);
  console.out.write(
    values.json
      ? `${JSON.stringify(answers, null, 2)}\n`
      : tableOf(answers.filter((answer) => "classes" in answer)),
  );
  if (unread.length === 0 && paths.length > 0) return;
  console.error.write(unread.map(({ error }) => `${error}\n`).join(""));
  throw new DataError({
    subject: "classify",
    expected: "pictures that can be read",
    got:
      paths.length === 0
        ? `none in ${printable(positionals.join(", "))}`
        : `${unread.length} of ${paths.length} that cannot`,
    remedy: "name others, or repair them",
  });
}

/** A row a picture: its most probable classes, each with its probability. */
function tableOf(answers: readonly Answer[]): string {
  if (answers.length === 0) return "";
  const heads = answers[0].classes.flatMap(() => ["class", "probability"]);
  const rows = answers.map(({ path, classes }) => [
    path,
    ...classes.flatMap(({ className, probability }) => [className, percent(probability)]),
  ]);
  return table([["picture", ...heads], ...rows.map((row) => row.map(printable))]);
}
