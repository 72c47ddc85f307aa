/** A study in a queue whose workers, program and server are killed, stopped and restarted; the same for every kind of server. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { randomStream, SourceError } from "cifar-kit";
import { choice, runStudy } from "cifar-kit/study";
import { bullmq, runWorker } from "cifar-kit/study/bullmq";
import { SERVERS, type TestServer } from "../helpers/servers.ts";
import { trialUrl } from "./in-process.ts";
import { type Program, startWorker } from "./queue-sweep.ts";
import { runSweep, type Swept } from "./sweeps.ts";

/** How often to kill a worker; more by `CIFAR_KIT_KILLS=100`. */
const KILLS = Number(process.env.CIFAR_KIT_KILLS ?? 10);
const SWEEP = { workers: 3, trials: 3 };

/** The tests of a study on this kind of server. */
export function queueSuite(kind: keyof typeof SERVERS): void {
  const top = mkdtempSync(join(tmpdir(), "cifar-kit-queue-"));
  // A folder that the account of a server may enter.
  const home = mkdtempSync(join(tmpdir(), "cifar-kit-server-"));
  let undisturbed: Swept;
  const rng = randomStream(0, `queue on ${kind}`);
  const workers: Program[] = [];
  let server: TestServer;
  let round = 0;
  beforeAll(async () => {
    undisturbed = await runSweep(join(top, "undisturbed"), SWEEP);
    server = await SERVERS[kind](home);
  });
  /** Ends all workers: those of one sweep would take the trials of the next one. */
  const dismiss = async (): Promise<void> => {
    for (const { process } of workers) {
      process.kill("SIGCONT");
      process.kill("SIGTERM");
    }
    await Promise.all(workers.splice(0).map(({ ended }) => ended));
  };
  afterEach(dismiss);
  afterAll(async () => {
    await server?.stop();
    for (const folder of [top, home]) rmSync(folder, { recursive: true, force: true });
  });

  const work = (root: string): Program => {
    const worker = startWorker(root, { connection: server.url });
    workers.push(worker);
    return worker;
  };

  /** Resolves when a worker has taken a trial. */
  const hasBegun = async (worker: Program): Promise<void> => {
    while (!/trial \d runs/.test(worker.output())) await sleep(50);
  };

  /** Runs the sweep; `disturb` may do its worst as long as it runs. */
  async function swept(
    disturb: (root: string, isOver: () => boolean) => Promise<void>,
    kills = {},
  ): Promise<Swept> {
    const root = join(top, `${kind}-${round++}`);
    const sweep = { ...SWEEP, connection: server.url, checkpoints: join(root, "checkpoints") };
    let isOver = false;
    const disturbance = disturb(root, () => isOver);
    const result = await runSweep(root, sweep, kills).finally(() => (isOver = true));
    await disturbance;
    await dismiss();
    return result;
  }

  function expectTheSame({ trials, hashes, steps }: Swept): void {
    expect(trials).toEqual(undisturbed.trials);
    expect(hashes).toEqual(undisturbed.hashes);
    expect(new Set(steps)).toEqual(new Set(undisturbed.steps));
  }

  it("ends with the bits of one in local processes, and makes no step twice", async () => {
    const done = await swept((root) => {
      work(root);
      work(root);
      return Promise.resolve();
    });
    expectTheSame(done);
    expect(done.steps).toHaveLength(undisturbed.steps.length);
  });

  it(`does so after ${KILLS} kills of workers`, async () => {
    let killed = 0;
    while (killed < KILLS) {
      const done = await swept(async (root, isOver) => {
        const team = [work(root), work(root)];
        while (!isOver()) {
          await sleep(2000 + rng.uniform() * 3000);
          if (isOver() || killed >= KILLS) break;
          const victim = rng.integer(team.length);
          team[victim].process.kill("SIGKILL");
          killed++;
          team[victim] = work(root);
        }
      });
      expectTheSame(done);
    }
  });

  it("does so when the processes of trials and the study's program are killed, too", async () => {
    const kills = { "0 0 2": "worker", "1 1 end": "worker", "2 1 1": "worker" } as const;
    let starts = 0;
    const root = join(top, `${kind}-${round++}`);
    const sweep = { ...SWEEP, connection: server.url, checkpoints: join(root, "checkpoints") };
    work(root);
    const done = await runSweep(root, sweep, kills, (program) => {
      if (starts++ < 3) setTimeout(() => program.kill("SIGKILL"), 1500 + rng.uniform() * 1500);
    });
    // On a quick machine it may be over before the last of them.
    expect(done.starts).toBeGreaterThan(1);
    expectTheSame(done);
  });

  it.each(["SIGTERM", "SIGKILL"] as const)(
    "does so when the server is away for a while, after %s",
    async (signal) => {
      const done = await swept(async (root) => {
        await hasBegun(work(root));
        await server.restart(signal, 4000);
      });
      expectTheSame(done);
    },
  );

  it("gives the trial of a worker that sleeps to another, and takes nothing from the sleeper", async () => {
    let log = "";
    const done = await swept(async (root, isOver) => {
      const sleeper = work(root);
      await hasBegun(sleeper);
      sleeper.process.kill("SIGSTOP");
      const other = work(root);
      await hasBegun(other);
      sleeper.process.kill("SIGCONT");
      while (!isOver() && !sleeper.output().includes("another worker's")) await sleep(50);
      log = sleeper.output();
    });
    // Its trial, a process of its own, may have ended before anybody missed the sleeper.
    if (!log.includes("trial 0 ends")) {
      expect(log).toContain("trial 0 is another worker's now: this one was silent for too long");
    }
    expectTheSame(done);
  });

  it("goes on elsewhere when a worker is asked to end: it saves, and gives the trial back", async () => {
    const done = await swept(async (root) => {
      const first = work(root);
      await hasBegun(first);
      first.process.kill("SIGTERM");
      expect(await first.ended).toBe(143);
      expect(first.output()).toMatch(/trial \d (has saved and goes back into the queue|ends with)/);
      work(root);
    });
    expectTheSame(done);
    expect(done.steps).toHaveLength(undisturbed.steps.length);
  });

  it("is refused with a wrong password, which nobody gets to read", async () => {
    const folder = mkdtempSync(join(top, "wrong-"));
    const options = { trial: trialUrl("product"), space: { x: choice([1]) }, verbose: 0 } as const;
    const engine = bullmq({ connection: server.wrongUrl, folder });
    const error = await runStudy({ ...options, trials: 1, engine }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SourceError);
    expect((error as Error).message).toMatch(/look after user, password and database in the URL/);
    const texts = JSON.stringify([error, (error as Error).message, (error as Error).stack]);
    expect(texts).not.toMatch(/another(%20| )secret/);
  });

  it("waits for a worker whose trial loads; one whose trial does not says why, and takes nothing", async () => {
    const folder = mkdtempSync(join(top, "broken-"));
    const trial = join(folder, "trial.mjs");
    writeFileSync(trial, "throw new Error('no such data here')");
    const broken = startWorker(folder, { connection: server.url, trial });
    const options = { space: { x: choice([2]), learningRate: choice([3]) }, verbose: 0 } as const;
    const end = new AbortController();
    const study = runStudy({
      ...{ ...options, trials: 1, trial: trialUrl("product") },
      engine: bullmq({ connection: server.url, folder, checkpoints: folder }),
    });
    expect(await broken.ended).toBe(1);
    expect(broken.output()).toMatch(/got another file, by its SHA-256; bring the study's file/);
    const worker = runWorker({
      ...{ trial: trialUrl("product"), connection: server.url, execArgv: ["--import", "tsx"] },
      ...{ output: { write: () => undefined }, signal: end.signal },
    });
    expect((await study).best.value).toBe(6);
    end.abort();
    await worker;
  });
}
