/** The array job of examples/slurm on a real controller and two nodes, as root: `npx vitest run --project long test/slurm`. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SlurmCluster } from "./cluster.ts";

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const SCRIPT = at("../../examples/slurm/sweep.sbatch");
const PROGRAM = [process.execPath, "--import", "tsx", at("job.ts")];
const TASKS = [1, 2];

let cluster: SlurmCluster;
beforeAll(async () => {
  cluster = await SlurmCluster.start();
});
afterAll(() => cluster.remove());

/** Hands the tasks in, and waits until they are half-way. */
async function submitted(name: string, ...args: string[]): Promise<{ job: string; runs: string }> {
  const runs = join(cluster.root, name);
  const job = cluster.submit(
    SCRIPT,
    { RUNS: runs, COMMAND: PROGRAM.join(" ") },
    ...["--array=1-2", "--cpus-per-task=1", `--output=${runs}-%a.log`, ...args],
  );
  await cluster.until(() => TASKS.every((task) => existsSync(join(runs, `${task}/halfway`))));
  return { job, runs };
}

/** Waits until the tasks were put into the queue again, and lets them begin without Slurm's two minutes. */
async function requeued(job: string): Promise<void> {
  for (const task of TASKS) {
    await cluster.until(() => cluster.field(`${job}_${task}`, "Restarts") === "1");
  }
  // Within the same seconds the node would take it for the one that was just ended.
  await sleep(5_000);
  for (const task of TASKS) {
    await cluster.until(() => {
      if (cluster.field(`${job}_${task}`, "JobState") !== "PENDING") return true;
      cluster.run("scontrol", "update", `JobId=${job}_${task}`, "StartTime=now");
      return false;
    });
  }
}

/** Expects that the tasks end well, with the bits of runs that were left alone. */
async function expectSameBits(job: string, runs: string): Promise<void> {
  for (const task of TASKS) {
    await cluster.until(() => cluster.field(`${job}_${task}`, "JobState") === "COMPLETED");
    expect(cluster.field(`${job}_${task}`, "ExitCode")).toBe("0:0");
    const alone = join(cluster.root, "alone");
    const [node, ...flags] = PROGRAM;
    execFileSync(node, [...flags, "--task", String(task), "--runs", alone], {
      env: { ...process.env, UNDISTURBED: "1" },
    });
    const hashIn = (folder: string): string =>
      readFileSync(join(folder, String(task), "hash"), "utf8");
    expect(hashIn(runs)).toBe(hashIn(alone));
    expect(readFileSync(`${runs}-${task}.log`, "utf8")).toContain("told to end: saved");
  }
}

it("saves when it is told to end, goes into the queue again, and ends with the same bits", async () => {
  const { job, runs } = await submitted("told");
  cluster.run("scancel", "--batch", "--signal=TERM", job);
  await requeued(job);
  await expectSameBits(job, runs);
});

it("is told so by Slurm before its time is up", async () => {
  // Slurm looks every half minute or so, and the script asks for 90 seconds of notice.
  const { job, runs } = await submitted("time", "--time=2");
  await requeued(job);
  await expectSameBits(job, runs);
});
