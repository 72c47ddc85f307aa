import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runWorker } from "../study/bullmq/run-worker.ts";
import { type Command, UsageError } from "./command.ts";
import { numberOf, onlyOf, text } from "./values.ts";

/** Where a URL with a password is better kept than in the arguments, which every user of a machine can read. */
const VARIABLE = "CIFAR_KIT_CONNECTION";

/** For the same reason. */
const PLACE_VARIABLE = "CIFAR_KIT_CHECKPOINTS";

const HELP = `usage: npx cifar-kit worker TRIAL --connection URL [OPTIONS]

Runs trials of a study that runStudy has put into a queue with the engine
bullmq, until it is ended. TRIAL is the trial's module, the same file as the
study's. Start as many workers on as many machines as you like, before or
after the study; they may come and go.

  --connection URL     redis://HOST:PORT or
                       postgres://USER:PASSWORD@HOST/DATABASE; default:
                       ${VARIABLE}, which, unlike arguments, other
                       users of this machine cannot read
  --queue NAME         the study's queue; default cifar-kit
  --checkpoints PLACE  where the trials' checkpoints lie, if it is not where
                       the study says: the path of a folder that all machines
                       share, or postgres, the database of --connection, or
                       another one by its URL; default: ${PLACE_VARIABLE}
  --trials N           trials at a time; default 1
  --patience SECONDS   how long this worker may be silent before its trials go
                       to another one; default 30
  -h, --help

Ctrl-C or SIGTERM: what is under way saves and goes back into the queue; a
second one ends at once. Exit codes: 1 an error, 2 wrong arguments, 130 after
Ctrl-C, 143 after SIGTERM.

examples:
  npx cifar-kit worker trial.js --connection redis://queue.example:6379
  ${VARIABLE}=postgres://me:secret@db.example/sweeps \\
    npx cifar-kit worker trial.js --queue sweep --trials 2
`;

/** `npx cifar-kit worker`. */
export const worker: Command = {
  help: HELP,
  options: {
    connection: { type: "string" },
    queue: { type: "string" },
    checkpoints: { type: "string" },
    trials: { type: "string" },
    patience: { type: "string" },
  },
  async run({ values, positionals, signal }) {
    const trial = onlyOf(positionals, "one module, the trial's");
    const connection = text(values, "connection") ?? process.env[VARIABLE];
    if (connection === undefined) {
      throw new UsageError(`expected --connection URL, or ${VARIABLE}, got neither`);
    }
    await runWorker({
      trial: pathToFileURL(resolve(trial)),
      connection,
      queue: text(values, "queue"),
      checkpoints: text(values, "checkpoints") ?? process.env[PLACE_VARIABLE],
      trials: numberOf(values, "trials"),
      patience: numberOf(values, "patience"),
      signal,
    });
  },
};
