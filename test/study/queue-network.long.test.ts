/** A study whose workers are on machines with addresses of their own, one of which loses its network for a minute. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { NetworkPlace } from "../helpers/network-place.ts";
import { SERVERS, type TestServer } from "../helpers/servers.ts";
import { isReached, release, until } from "./faults.ts";
import { startWorker } from "./queue-sweep.ts";
import { placesIn, runSweep, type Swept } from "./sweeps.ts";

const SWEEP = { workers: 3, trials: 3 };
const [MIDDLE, LAST] = ["0 1 1", "0 2 2"];
const top = mkdtempSync(join(tmpdir(), "cifar-kit-network-"));
const places: NetworkPlace[] = [];
let undisturbed: Swept;
beforeAll(async () => {
  for (const number of [1, 2]) places.push(await NetworkPlace.make(number));
  undisturbed = await runSweep(join(top, "undisturbed"), SWEEP);
});
afterAll(() => {
  for (const place of places) place.remove();
  rmSync(top, { recursive: true, force: true });
});

it.each(["Redis", "PostgreSQL"] as const)(
  "%s: the trial of a worker that loses its network for a minute goes on elsewhere, to the same bits",
  async (kind) => {
    const server: TestServer = await SERVERS[kind](top);
    const root = join(top, kind);
    const { notes } = placesIn(root);
    const workOn = (place: NetworkPlace) => {
      const connection = server.url.replace("127.0.0.1", place.gateway);
      return startWorker(root, { connection, prefix: place.prefix });
    };
    const sweep = { ...SWEEP, connection: server.url, checkpoints: join(root, "checkpoints") };
    const run = runSweep(root, sweep, { [MIDDLE]: "wait", [LAST]: "wait" });
    const first = workOn(places[0]);
    await until(() => isReached(notes, MIDDLE));
    places[0].unplug();
    release(notes, MIDDLE);
    const other = workOn(places[1]);
    await until(() => first.output().includes("trial 0 is another worker's now"));
    await until(() => isReached(notes, LAST));
    expect(other.output()).toContain("trial 0 runs");
    await sleep(60_000);
    places[0].plug();
    release(notes, LAST);
    const { trials, hashes, steps } = await run;
    expect(trials).toEqual(undisturbed.trials);
    expect(hashes).toEqual(undisturbed.hashes);
    expect(new Set(steps)).toEqual(new Set(undisturbed.steps));
    for (const worker of [first, other]) {
      worker.end();
      expect(await worker.ended).toBe(143);
    }
    await server.stop();
  },
);
