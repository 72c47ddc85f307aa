/**
 * How many trials a second a queue carries, by workers that do nothing: the study's program, its journal, the jobs and
 * the server, without the process of a trial.
 *
 *     npx tsx test/bench/queue.ts
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { runStudy, uniform } from "cifar-kit/study";
import { bullmq } from "cifar-kit/study/bullmq";
import { readAddress } from "../../src/study/bullmq/address.ts";
import type { TrialData } from "../../src/study/bullmq/messages.ts";
import { connect } from "../../src/study/bullmq/server.ts";
import { SERVERS } from "../helpers/servers.ts";
import { trialUrl } from "../study/in-process.ts";

const TRIALS = 400;

async function measure(kind: keyof typeof SERVERS, count: number): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), "cifar-kit-bench-"));
  const server = await SERVERS[kind](root);
  const machine = await connect("bench", readAddress("bench", "connection", server.url));
  const workers = Array.from({ length: count }, () =>
    machine.worker("cifar-kit", { autorun: false }),
  );
  for (const one of workers) one.on("error", () => undefined);
  let isOver = false;
  const serving = workers.map(async (one) => {
    while (!isOver) {
      const job = await one.getNextJob(randomUUID());
      const value = (job?.data as TrialData | undefined)?.work.params.x;
      await job?.moveToCompleted({ kind: "value", value }, job.token!, false);
    }
  });
  void Promise.allSettled(serving);
  const began = performance.now();
  await runStudy({
    ...{ trial: trialUrl("product"), space: { x: uniform(0, 1) }, trials: TRIALS, verbose: 0 },
    engine: bullmq({ connection: server.url, folder: join(root, "study"), workers: 2 * count }),
  });
  const seconds = (performance.now() - began) / 1000;
  isOver = true;
  await Promise.all(workers.map((one) => one.close(true)));
  await server.stop();
  rmSync(root, { recursive: true, force: true });
  return TRIALS / seconds;
}

console.log(
  `${cpus()[0].model}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.version}`,
);
for (const kind of ["Redis", "PostgreSQL"] as const) {
  for (const count of [1, 10, 50]) {
    console.log(`${kind}, ${count} workers: ${(await measure(kind, count)).toFixed(0)} trials/s`);
  }
}
process.exit();
