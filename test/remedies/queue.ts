/** Trials of advice about studies in a queue, on a server that runs as long as a trial takes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Queue } from "bullmq";
import { bullmq, runWorker } from "cifar-kit/study/bullmq";
import { LIBRARY_VERSION } from "../../src/train/checkpoint/library-version.ts";
import { readWorkerOptions } from "../../src/study/bullmq/worker-options.ts";
import { moduleDigest } from "../../src/study/bullmq/module-digest.ts";
import { freePort } from "../helpers/ports.ts";
import { SERVERS, type TestServer } from "../helpers/servers.ts";
import { trialUrl } from "../study/in-process.ts";
import { type Trials, wrong } from "./trial.ts";

/** Does something beside a Redis, with a folder. */
async function withServer(action: (server: TestServer, folder: string) => unknown): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cifar-kit-remedy-"));
  const server = await SERVERS.Redis(folder);
  try {
    await action(server, folder);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function openOnce(options: Parameters<typeof bullmq>[0]): Promise<void> {
  await (await bullmq(options).open()).close();
}

/** Opens two studies on a server at once. */
const openTwo = (queues: readonly [string, string]) =>
  withServer(async ({ url: connection }, folder) => {
    const [one, other] = queues.map((queue, i) =>
      bullmq({ connection, queue, folder: join(folder, String(i)) }),
    );
    const open = await one.open();
    await (await other.open().finally(() => open.close())).close();
  });

/** A worker with a job that says this, until it has done it. */
const work = (data: object, options: object = {}) =>
  withServer(async ({ url: connection }, folder) => {
    const queue = new Queue("cifar-kit", { connection: { url: connection } });
    const trial = trialUrl("product");
    const params = { x: 2, learningRate: 3 };
    await queue.add("trial", {
      ...{ release: LIBRARY_VERSION, study: "s", module: await moduleDigest("", trial) },
      checkpoints: folder,
      work: { trial: trial.href, id: 0, number: 0, params, seed: 1 },
      ...data,
    });
    const end = new AbortController();
    const output = {
      write: (text: string) => {
        if (text.includes("ends with 6")) end.abort();
      },
    };
    const execArgv = ["--import", "tsx"];
    const own = { trial, connection, signal: end.signal, output, execArgv };
    await runWorker({ ...own, ...options }).finally(() => queue.close());
  });

/** The same where the worker's module is another file. */
async function workWith(source: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cifar-kit-remedy-"));
  const trial = pathToFileURL(join(folder, "trial.mjs"));
  writeFileSync(trial, source);
  await work({ module: await moduleDigest("", trial) }, { trial });
}

export const trials: Trials = {
  "pass e.g. redis://host:6379 or postgres://user:password@host/database": [
    () => bullmq({ connection: "queue.example:6379" }),
    () => {
      bullmq({ connection: "redis://host:6379" });
      bullmq({ connection: "postgres://user:password@host/database" });
    },
  ],
  'pass e.g. "sweep"': [
    () => bullmq({ connection: "redis://host", queue: "a:b" }),
    () => bullmq({ connection: "redis://host", queue: "sweep" }),
  ],
  'pass e.g. "/shared/sweep"': [
    () => bullmq({ connection: "redis://host", checkpoints: wrong(5) }),
    () => bullmq({ connection: "redis://host", checkpoints: "/shared/sweep" }),
  ],
  "look after user, password and database in the URL": [
    () => withServer(({ wrongUrl }, folder) => openOnce({ connection: wrongUrl, folder })),
    () => withServer(({ url }, folder) => openOnce({ connection: url, folder })),
  ],
  "look whether the server runs, and whether this machine reaches it": [
    async () => openOnce({ connection: `redis://127.0.0.1:${await freePort()}` }),
    () => withServer(({ url }, folder) => openOnce({ connection: url, folder })),
  ],
  "wait until that one is over, or choose another queue for this one and its workers": [
    () => openTwo(["a", "a"]),
    () => openTwo(["a", "b"]),
  ],
  "install the same release on all machines: npm install cifar-kit@{}": [
    () => work({ release: "9.9.9" }),
    () => work({ release: LIBRARY_VERSION }),
  ],
  "bring the study's file to this machine, or name the queue of another study": [
    () => work({}, { trial: trialUrl("curve") }),
    () => work({}),
  ],
  "name the module's file": [
    () => runWorker({ connection: "redis://host", trial: new URL("missing.js", import.meta.url) }),
    () => work({}),
  ],
  "see that the module loads on this machine, and all that it needs": [
    () => workWith(readFileSync(trialUrl("broken"), "utf8").replace("export {};", "")),
    () => work({}),
  ],
  "pass checkpoints, the path of a folder that all machines share, or the address of a database": [
    () => work({ checkpoints: null }),
    () => work({ checkpoints: null }, { checkpoints: tmpdir() }),
  ],
  "say it to the workers, which may have the address of a database: no job holds it": [
    () => bullmq({ connection: "redis://host", checkpoints: "postgres://me:secret@host/base" }),
    () =>
      readWorkerOptions("runWorker", {
        ...{ trial: trialUrl("product"), connection: "redis://host" },
        checkpoints: "postgres://me:secret@host/base",
      }),
  ],
};
