/** Starting programs by Debian's Open MPI and MPICH. */
import { spawn } from "node:child_process";
import { debian } from "../helpers/debian.ts";

/** What `mpirun` needs on one machine, as root, with more processes than cores. */
const FLAGS =
  "--oversubscribe --mca btl self,tcp --mca btl_tcp_if_include lo --mca mtl ^psm,psm2,ofi".split(
    " ",
  );
const ENVIRONMENT = {
  ...process.env,
  ...{ OMPI_ALLOW_RUN_AS_ROOT: "1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: "1", NO_COLOR: "1" },
};

/** Has both installed. */
export async function installMpi(): Promise<void> {
  await debian("/usr/bin/mpirun", "openmpi-bin");
  await debian("/usr/bin/mpiexec.mpich", "mpich");
}

/** The command that starts so many processes. */
const STARTERS = {
  openMpi: (size: number) => ["mpirun", "-n", `${size}`, ...FLAGS],
  mpich: (size: number) => ["mpiexec.mpich", "-n", `${size}`],
};

/** What a program ended with. */
export interface Ended {
  readonly code: number | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs a program, of which so many processes are started if it is said. */
export function run(
  size: number | undefined,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  by: keyof typeof STARTERS = "openMpi",
): Promise<Ended> {
  const program = [process.execPath, "--import", "tsx", ...args];
  const [command, ...rest] = size === undefined ? program : [...STARTERS[by](size), ...program];
  return new Promise((resolve, reject) => {
    const child = spawn(command, rest, { env: { ...ENVIRONMENT, ...environment } });
    let output = "";
    let errors = "";
    child.stdout.on("data", (text: Buffer) => (output += text.toString()));
    child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, lines: output.trim().split("\n").sort(), errors });
    });
  });
}
