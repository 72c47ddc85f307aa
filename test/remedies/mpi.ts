import { mpiGroup } from "cifar-kit/mpi";
import type { Trials, Untried } from "./trial.ts";

/** Asks for the group of a process that `srun` has started beside others. */
async function among(tasks: string): Promise<void> {
  process.env.SLURM_STEP_NUM_TASKS = tasks;
  try {
    await mpiGroup();
  } finally {
    delete process.env.SLURM_STEP_NUM_TASKS;
  }
}

export const trials: Trials = {
  "start them with srun --mpi=pmix, or with mpirun": [() => among("4"), () => among("1")],
};

const PROCESSES = "needs processes of its own: test/mpi/mpi.slow.test.ts";

export const untried: Untried = {
  "npm install koffi": PROCESSES,
  "install e.g. Debian's openmpi-bin, or pass its path as library": PROCESSES,
  "install one of these, or pass its path as library": "needs an MPI that nobody knows",
  "look at what it has printed, and start all processes again":
    "MPI ends the process at an error by itself, unless it is told otherwise",
};
