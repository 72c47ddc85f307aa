import { parseArgs } from "node:util";
import { CifarKitError } from "../errors.ts";
import { nearest } from "../checks.ts";
import { InterruptError, interruptSignal } from "../node/interrupt-signal.ts";
import { printable } from "../text/printable.ts";
import { LIBRARY_VERSION } from "../train/checkpoint/library-version.ts";
import { type Command, type Console, UsageError, type Values } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { quoted } from "./quoted.ts";

const PROGRAM = "npx cifar-kit";

/**
 * Runs a command line.
 * @param begin gives the signal that ends a command, once one begins.
 * @returns the exit code. 0: it is done. 1: it failed, and an error says why. 2: the command line makes no sense. 130 and
 *   143: it was ended by Ctrl-C or SIGTERM, after it had saved what there was to save.
 */
export async function run(
  args: readonly string[],
  console: Console,
  begin: () => AbortSignal = interruptSignal,
): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") {
    console.out.write(overview());
    return 0;
  }
  if (name === "--version" || name === "-v") {
    console.out.write(`${LIBRARY_VERSION}\n`);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    const meant = nearest(name, Object.keys(COMMANDS));
    const hint = meant === undefined ? "" : `, perhaps ${meant}`;
    console.error.write(
      printable(`there is no command ${JSON.stringify(name)}${hint}; see ${PROGRAM} --help`) + "\n",
    );
    return 2;
  }
  return runCommand(name, await COMMANDS[name].load(), rest, { console, begin });
}

async function runCommand(
  name: string,
  command: Command,
  args: readonly string[],
  { console, begin }: { readonly console: Console; readonly begin: () => AbortSignal },
): Promise<number> {
  try {
    const { values, positionals } = read(command, args);
    if (values.help) {
      console.out.write(command.help);
      return 0;
    }
    const signal = begin();
    const line = [PROGRAM, ...[name, ...args].map(quoted)].join(" ");
    await command.run({ values, positionals, signal, console, line });
    return signal.aborted ? (signal.reason as InterruptError).exitCode : 0;
  } catch (error) {
    if (error instanceof InterruptError) return error.exitCode;
    if (error instanceof UsageError) {
      console.error.write(`${error.message}; see ${PROGRAM} ${name} --help\n`);
      return 2;
    }
    // What the library throws on purpose says all in its message.
    const text = error instanceof CifarKitError ? error.message : String((error as Error).stack);
    console.error.write(`${text}\n`);
    return 1;
  }
}

interface Read {
  readonly values: Values;
  readonly positionals: string[];
}

function read(command: Command, args: readonly string[]): Read {
  const options = { ...command.options, help: { type: "boolean", short: "h" } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node says what is unknown or lacks its value.
    throw new UsageError((error as Error).message.split(". ", 1)[0]);
  }
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const names = Object.entries(COMMANDS).map(
    ([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}\n`,
  );
  return `usage: ${PROGRAM} COMMAND [OPTIONS]

${names.join("")}
${PROGRAM} COMMAND --help says more about each; --version prints the release.
`;
}
