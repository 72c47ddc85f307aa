/**
 * A study in a queue whose workers, program, server, clocks and disk are meddled with; the same for every kind of
 * server. All of it happens in named steps, or when something has come true.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { randomStream, SourceError } from "cifar-kit";
import { choice, runStudy } from "cifar-kit/study";
import { bullmq, runWorker } from "cifar-kit/study/bullmq";
import { readAddress } from "../../src/study/bullmq/address.ts";
import { connect } from "../../src/study/bullmq/server.ts";
import { MovableClock } from "../helpers/movable-clock.ts";
import { SERVERS, type TestServer } from "../helpers/servers.ts";
import { canMountDisks, SmallDisk } from "../helpers/small-disk.ts";
import { type Faults, isReached, release, until } from "./faults.ts";
import { trialUrl } from "./in-process.ts";
import { type Program, Sleeper, startWorker, type WorkerPlace } from "./queue-sweep.ts";
import { placesIn, runSweep, type Swept } from "./sweeps.ts";

/** How often to kill a worker; more by `CIFAR_KIT_KILLS=100`. */
const KILLS = Number(process.env.CIFAR_KIT_KILLS ?? 10);
const SWEEP = { workers: 3, trials: 3 };
/** In the middle of the first trial, and of the second one. */
const [MIDDLE, LATER] = ["0 1 1", "1 1 1"];

/** Where checkpoints may lie. */
const PLACES = { Redis: ["folder"], PostgreSQL: ["folder", "postgres"] } as const;

/** The tests of a study on this kind of server. */
export function queueSuite(kind: keyof typeof SERVERS): void {
  const top = mkdtempSync(join(tmpdir(), "cifar-kit-queue-"));
  const rng = randomStream(0, `queue on ${kind}`);
  const workers: Program[] = [];
  let undisturbed: Swept;
  let server: TestServer;
  beforeAll(async () => {
    undisturbed = await runSweep(join(top, "undisturbed"), SWEEP);
    server = await SERVERS[kind](top);
  });
  /** Ends all workers: those of one sweep would take the trials of the next one. */
  const dismiss = async (): Promise<void> => {
    for (const worker of workers) worker.end();
    await Promise.all(workers.splice(0).map(({ ended }) => ended));
  };
  afterEach(dismiss);
  afterAll(async () => {
    await server?.stop();
    rmSync(top, { recursive: true, force: true });
  });

  /** A sweep, and what is used to meddle with it. */
  class Round {
    readonly root = mkdtempSync(join(top, "round-"));
    readonly notes = placesIn(this.root).notes;
    readonly #options: { connection?: string; checkpoints?: string };
    isOver = false;
    /** What the study's program has said to its user. */
    errors = "";

    constructor(options: { connection?: string; checkpoints?: string } = {}) {
      this.#options = options;
    }

    /** Starts a worker. */
    work(place: WorkerPlace = {}): Program {
      const connection = this.#options.connection ?? server.url;
      const worker = startWorker(this.root, { connection, ...place });
      workers.push(worker);
      return worker;
    }

    /** Starts a worker; whenever it is killed, another one. */
    workAgainAndAgain(): void {
      const again = (end: number | NodeJS.Signals): void => {
        if (end === "SIGKILL" && !this.isOver) void this.work().ended.then(again);
      };
      void this.work().ended.then(again);
    }

    /** Resolves when a trial has come to a place where something befalls it. */
    reached(place: string): Promise<void> {
      return until(() => isReached(this.notes, place));
    }

    /** Lets a trial go on that waits. */
    release(place: string): void {
      release(this.notes, place);
    }

    /** Runs the study to its end, whatever befalls its trials and whatever else is done to it. */
    async run(faults: Faults = {}, meddle: () => Promise<void> = async () => {}): Promise<Swept> {
      const { connection = server.url, checkpoints = "folder" } = this.#options;
      const place = checkpoints === "folder" ? join(this.root, "checkpoints") : checkpoints;
      const sweep = { ...SWEEP, connection, checkpoints: place };
      const run = runSweep(this.root, sweep, faults, (program) => {
        program.stderr!.on("data", (data: Buffer) => (this.errors += data.toString()));
      }).finally(() => (this.isOver = true));
      const [swept] = await Promise.all([run, meddle()]);
      await dismiss();
      return swept;
    }
  }

  function expectTheSame({ trials, hashes, steps }: Swept): void {
    expect(trials).toEqual(undisturbed.trials);
    expect(hashes).toEqual(undisturbed.hashes);
    expect(new Set(steps)).toEqual(new Set(undisturbed.steps));
  }

  it("ends with the bits of one in local processes, and makes no step twice", async () => {
    const round = new Round({ checkpoints: PLACES[kind].at(-1) });
    const team = [0, 1].map(() => round.work({ patience: 30 }));
    const done = await round.run();
    expectTheSame(done);
    expect(done.steps).toHaveLength(undisturbed.steps.length);
    // And nobody gets to read the password: not in what programs print, the journal, or the jobs.
    const queue = (await connect("test", readAddress("test", "connection", server.url))).queue(
      "cifar-kit",
    );
    const jobs = (await queue.getJobs()).map((job) => JSON.stringify(job));
    await queue.close();
    expect(jobs).toHaveLength(SWEEP.trials);
    const journal = readFileSync(join(placesIn(round.root).folder, "journal.log"), "utf8");
    for (const text of [...jobs, journal, round.errors, ...team.map(({ output }) => output())]) {
      expect(text).not.toMatch(/s[e3]cret/);
    }
  });

  it(`does so after ${KILLS} kills of workers, in random steps`, async () => {
    for (let left = KILLS; left > 0; left -= 10) {
      const steps = [...undisturbed.steps];
      const places = Array.from(
        { length: Math.min(left, 10) },
        () => steps.splice(rng.integer(steps.length), 1)[0],
      );
      const round = new Round({ checkpoints: PLACES[kind].at(-1) });
      for (let i = 0; i < 2; i++) round.workAgainAndAgain();
      const done = await round.run(
        Object.fromEntries(places.map((place) => [place, "kill parent"])),
      );
      expect(places.filter((place) => isReached(round.notes, place))).toEqual(places);
      expectTheSame(done);
    }
  });

  it("does so when the processes of trials and the study's program are killed, too", async () => {
    const round = new Round();
    round.work();
    const done = await round.run({
      ...{ "0 0 1": "kill study", "0 1 0": "kill study", "0 2 end": "kill study" },
      ...{ "1 0 2": "kill trial", "1 1 end": "kill trial", "2 1 1": "kill trial" },
    });
    expect(done.starts).toBe(4);
    expectTheSame(done);
  });

  it.each<["in order" | "at once", string, (round: Round, worker: Program) => boolean]>([
    ["in order", "is there again at once", () => true],
    ["at once", "has been missed by the study", ({ errors }) => errors.includes("no connection")],
    [
      "at once",
      "has been away until a worker gave its trial up",
      (_, worker) => worker.output().includes("silent for too long"),
    ],
  ])("does so when the server ends %s, and %s", async (how, _, hasNoticed) => {
    const round = new Round();
    const worker = round.work();
    const done = await round.run({ [MIDDLE]: "wait" }, async () => {
      await round.reached(MIDDLE);
      await server.restart(how, async () => {
        round.release(MIDDLE);
        await until(() => hasNoticed(round, worker));
      });
    });
    expectTheSame(done);
  });

  it.each(PLACES[kind])(
    "takes nothing from a worker that wakes after another one has its trial: %s",
    async (checkpoints) => {
      const round = new Round({ checkpoints });
      const sleeper = new Sleeper(round.work({ isElsewhere: true }));
      const next = "0 1 2";
      const done = await round.run({ [MIDDLE]: "stop", [next]: "wait" }, async () => {
        await round.reached(MIDDLE);
        const other = round.work();
        if (checkpoints === "folder") sleeper.looksDead(join(round.root, "checkpoints"));
        await round.reached(next);
        expect(other.output()).toContain("trial 0 runs");
        sleeper.wakeTrial();
        await until(() => sleeper.output().includes("for this run alone, got another run in it"));
        sleeper.wakeWorker();
        await until(() => sleeper.output().includes("trial 0 is another worker's now"));
        round.release(next);
      });
      expectTheSame(done);
    },
  );

  it("goes on elsewhere when a worker is asked to end: it saves, and gives the trial back", async () => {
    const round = new Round();
    const first = round.work();
    const done = await round.run({ [MIDDLE]: "wait" }, async () => {
      await round.reached(MIDDLE);
      first.end();
      round.release(MIDDLE);
      expect(await first.ended).toBe(143);
      expect(first.output()).toMatch(/trial \d (has saved and goes back into the queue|ends with)/);
      round.work();
    });
    expectTheSame(done);
    expect(done.steps).toHaveLength(undisturbed.steps.length);
  });

  it.each([
    ["forward", "backward"],
    ["backward", "forward"],
  ] as const)(
    "does so when a worker's clock jumps an hour %s, and PostgreSQL's %s",
    async (one, other) => {
      const folder = mkdtempSync(join(top, "clocks-"));
      const [own, servers] = [
        MovableClock.make(folder, "own"),
        MovableClock.make(folder, "servers"),
      ];
      const clocks = await Promise.all([own, servers]);
      // Redis does not start with libfaketime: neither goes together with its allocator's beginning.
      const isShaken = kind === "PostgreSQL";
      const shaken = isShaken ? await SERVERS[kind](folder, clocks[1].env) : undefined;
      const round = new Round({ connection: shaken?.url });
      round.work({ env: clocks[0].env });
      round.work();
      const done = await round.run({ [MIDDLE]: "wait", [LATER]: "wait" }, async () => {
        await round.reached(MIDDLE);
        clocks[1].jump(other);
        round.release(MIDDLE);
        await round.reached(LATER);
        clocks[0].jump(one);
        round.release(LATER);
      });
      expectTheSame(done);
      await shaken?.stop();
    },
  );

  it.skipIf(!canMountDisks)(
    "goes on when there is room again after the disk of the checkpoints was full (needs the right to mount one)",
    async () => {
      const disk = new SmallDisk(mkdtempSync(join(top, "disk-")));
      const round = new Round({ checkpoints: disk.path });
      const first = round.work();
      const done = await round.run({ [MIDDLE]: "wait" }, async () => {
        await round.reached(MIDDLE);
        disk.fill();
        round.release(MIDDLE);
        expect(await first.ended).toBe(1);
        expect(first.output()).toMatch(/checkpoints of trial \d can be kept.*free some space/);
        disk.clear();
        round.work();
      });
      expect(round.errors).toContain("does not take trials");
      expectTheSame(done);
      disk.remove();
    },
  );

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

  it("waits for a worker whose trial loads; those whose trial does not say why, and take nothing", async () => {
    const folder = mkdtempSync(join(top, "broken-"));
    const trial = join(folder, "trial.mjs");
    writeFileSync(trial, "throw new Error('no such data here')");
    const broken = [0, 1].map(() => startWorker(folder, { connection: server.url, trial }));
    const options = { space: { x: choice([2]), learningRate: choice([3]) }, verbose: 0 } as const;
    const end = new AbortController();
    const study = runStudy({
      ...{ ...options, trials: 1, trial: trialUrl("product") },
      engine: bullmq({ connection: server.url, folder, checkpoints: folder }),
    });
    for (const each of broken) {
      expect(await each.ended).toBe(1);
      expect(each.output()).toMatch(/got another file, by its SHA-256; bring the study's file/);
    }
    const worker = runWorker({
      ...{ trial: trialUrl("product"), connection: server.url, execArgv: ["--import", "tsx"] },
      ...{ output: { write: () => undefined }, signal: end.signal },
    });
    expect((await study).best.value).toBe(6);
    end.abort();
    await worker;
  });
}
