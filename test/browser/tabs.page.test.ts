/** What a single page cannot show: closed tabs, two tabs, other headers, a full disk, lost devices. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import type { Browser, BrowserContext } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { stateHash, trainTwoPhase } from "cifar-kit";
import { registerSimdBackend } from "cifar-kit/simd";
import { decodeRecords } from "../../src/dataset/decode-records.ts";
import { defaultCacheDir } from "../../src/node/cache-dir.ts";
import { encodePng } from "../dataset/png-encoder.ts";
import { REAL_DATA_TIMEOUT, realCifar10 } from "../helpers/real-data.ts";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";
import { buildSite, launch, openTab, type Site, type Tab } from "./open-pages.ts";
import type { Page as Kit } from "./pages/page.ts";

/** The library, in the page. */
declare const kit: Kit;

let browser: Browser;
let site: Awaited<ReturnType<typeof buildSite>>;
let isolated: Site;
let context: BrowserContext;

beforeAll(async () => {
  [browser, site] = await Promise.all([launch(), buildSite("pages")]);
  isolated = await site.serve();
});
afterAll(async () => {
  await browser?.close();
  await isolated?.close();
  site?.remove();
});
afterEach(() => context?.close());

async function newTab(url = isolated.url): Promise<Tab> {
  const tab = await openTab(context, url);
  await tab.page.waitForFunction(() => "kit" in globalThis);
  return tab;
}

async function newContext(): Promise<void> {
  context = await browser.newContext();
}

describe("a tab that trains in a Worker", () => {
  // Again if need be: tasks are measured by the clock, and a neighbour may take the processor away.
  it(
    "has no task longer than 50 ms, at full size on simd, the weights' return included",
    { retry: 2 },
    async () => {
      await newContext();
      const { page, complaints } = await newTab();
      const { longest, count, steps } = await page.evaluate(async () => {
        const { buildCifarModel, ImageSet, newTrainer } = kit;
        const labels = Uint8Array.from({ length: 2000 }, (_, i) => i % 10);
        const images = new Uint8Array(2000 * 3072).map((_, i) => (i * 31) % 251);
        const train = new ImageSet({
          ...{ images, labels, imageShape: [32, 32, 3] },
          classNames: kit.CIFAR10_CLASS_NAMES,
        });
        const trainer = newTrainer("simd");
        await trainer.ready();
        const model = buildCifarModel({ seed: 1 });
        // Let what building the model left behind come to rest.
        await new Promise((resolve) => setTimeout(resolve, 500));
        const tasks: number[] = [];
        const observer = new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) tasks.push(duration);
        });
        observer.observe({ type: "longtask" });
        let reports = 0;
        const { health } = await trainer.trainTwoPhase(model, {
          ...{ train, epochs: [1, 1], stepsPerEpoch: 20, seed: 1, verbose: 0 },
          onProgress: () => {
            reports++;
          },
        });
        await new Promise((resolve) => setTimeout(resolve, 200));
        observer.disconnect();
        trainer.terminate();
        return { longest: Math.max(0, ...tasks), count: reports, steps: health.steps };
      });
      expect(steps).toBe(40);
      expect(count).toBeGreaterThan(10);
      // The observer reports nothing below 50 ms.
      expect(longest).toBe(0);
      expect(complaints).toEqual([]);
    },
  );

  it("can be closed: a new one goes on to the state of a run that was not interrupted", async () => {
    await registerSimdBackend({ threads: 2, relaxedSimd: "off" });
    await tf.setBackend("simd");
    const model = tinyModel({ seed: 3, dropoutRate: 0.3 });
    const options = { train: tinyImages(110), batchSize: 8, epochs: [3, 3], seed: 7 } as const;
    const { all } = await trainTwoPhase(model, { ...options, verbose: 0 });
    // A context of its own, so that both tabs have one storage.
    await newContext();
    const first = await newTab();
    void first.page
      .evaluate(async () => {
        const store = kit.opfsCheckpointStore("closed-tab");
        const trainer = kit.newTrainer("simd");
        await trainer.trainTwoPhase(kit.tinyModel({ seed: 3, dropoutRate: 0.3 }), {
          ...{ train: kit.tinyImages(110), batchSize: 8, epochs: [3, 3], seed: 7, verbose: 0 },
          checkpoint: { store, everySteps: 5 },
          onProgress: ({ phase, epoch }) => {
            if (phase === 1 && epoch === 1) Object.assign(globalThis, { isFar: true });
          },
        });
      })
      .catch(() => undefined);
    await first.page.waitForFunction(() => "isFar" in globalThis);
    await first.page.close({ runBeforeUnload: false });
    const second = await newTab();
    const { hash, steps } = await second.page.evaluate(async () => {
      const store = kit.opfsCheckpointStore("closed-tab");
      const resumed = kit.tinyModel({ seed: 3, dropoutRate: 0.3 });
      const { all: history, health } = await kit.newTrainer("simd").trainTwoPhase(resumed, {
        ...{ train: kit.tinyImages(110), batchSize: 8, epochs: [3, 3], seed: 7, verbose: 0 },
        ...{ checkpoint: { store }, resume: "must" },
      });
      return { hash: await kit.stateHash(resumed, history), steps: health.steps };
    });
    expect(steps).toBeLessThan(3 * 14 + 3 * 13);
    expect(hash).toBe(await stateHash(model, all));
    expect(second.complaints).toEqual([]);
    model.dispose();
  });

  it("has its checkpoints to itself: a second tab is told, and the first one goes on", async () => {
    await newContext();
    const [first, second] = [await newTab(), await newTab()];
    const run = (): Promise<string> =>
      kit
        .newTrainer("cpu")
        .trainTwoPhase(kit.tinyModel({ filters: [2], denseUnits: 4 }), {
          ...{ train: kit.tinyImages(64), batchSize: 8, epochs: [10, 0], verbose: 0 },
          checkpoint: { store: kit.opfsCheckpointStore("both") },
          resume: "never",
          onProgress: () => {
            Object.assign(globalThis, { hasBegun: true });
          },
        })
        .then(
          ({ all }) => `${all.loss.length} epochs`,
          (error: unknown) => String(error),
        );
    const going = first.page.evaluate(run);
    await first.page.waitForFunction(() => "hasBegun" in globalThis);
    expect(await second.page.evaluate(run)).toMatch(
      /^SourceError: opfsCheckpointStore: expected the store "both" for this run alone, got another run/,
    );
    expect(await going).toBe("10 epochs");
    // And when it is over, the second one may.
    expect(await second.page.evaluate(run)).toBe("10 epochs");
    expect([...first.complaints, ...second.complaints]).toEqual([]);
  });

  it("is told when the WebGL context is lost, and goes on from the last checkpoint", async () => {
    await newContext();
    const { page } = await newTab();
    const { message, loss, expected } = await page.evaluate(async () => {
      const options = {
        ...({ batchSize: 8, epochs: [2, 0], seed: 3, verbose: 0 } as const),
        train: kit.tinyImages(48),
      };
      const newModel = () => kit.tinyModel({ filters: [2], denseUnits: 4, seed: 3 });
      const whole = kit.newTrainer("webgl");
      const { all } = await whole.trainTwoPhase(newModel(), options);
      whole.terminate();
      const checkpoint = { store: kit.opfsCheckpointStore("lost-context"), everySteps: 2 };
      const workers: Worker[] = [];
      const { Worker: Original } = globalThis;
      globalThis.Worker = class extends Original {
        constructor(...args: ConstructorParameters<typeof Worker>) {
          super(...args);
          workers.push(this);
        }
      };
      const trainer = kit.newTrainer("webgl");
      let steps = 0;
      const error = await trainer
        .trainTwoPhase(newModel(), {
          ...options,
          checkpoint,
          callbacks: [
            {
              onBatchEnd: () => {
                if (++steps === 7) workers[0].postMessage("lose the context");
              },
            },
          ],
        })
        .then(
          () => new Error("went through"),
          (reason: unknown) => reason,
        );
      trainer.terminate();
      const next = await kit
        .newTrainer("webgl")
        .trainTwoPhase(newModel(), { ...options, checkpoint, resume: "must" });
      return { message: String(error), loss: next.all.loss, expected: all.loss };
    });
    expect(message).toMatch(
      /^BackendError: createTrainer: expected the device of the backend "webgl" to stay, got its end \(the WebGL context was lost\); start a new Worker/,
    );
    loss.forEach((value, epoch) => {
      expect(value).toBeCloseTo(expected[epoch], 4);
    });
  });
});

describe("a page that is not cross-origin isolated", () => {
  it("trains with simd on one thread, to the same bits, and is told why", async () => {
    const plain = await site.serve({ isolated: false });
    try {
      await newContext();
      const hashOf = async (): Promise<{ hash: string; threads: number; detail: string }> => {
        const trainer = kit.newTrainer("simd");
        const model = kit.tinyModel({ seed: 3 });
        const { threads } = await trainer.ready();
        await trainer.trainTwoPhase(model, {
          ...{ train: kit.tinyImages(32), batchSize: 8, epochs: [1, 1], verbose: 0 },
        });
        const { probes } = await kit.recommendBackend();
        const { detail } = probes.find(({ backend }) => backend === "simd")!;
        return { hash: await kit.stateHash(model), threads, detail };
      };
      const without = await newTab(plain.url);
      expect(await without.page.evaluate(() => typeof SharedArrayBuffer)).toBe("undefined");
      const single = await without.page.evaluate(hashOf);
      const several = await (await newTab()).page.evaluate(hashOf);
      expect(single.threads).toBe(1);
      expect(several.threads).toBe(2);
      expect(single.hash).toBe(several.hash);
      expect(single.detail).toMatch(/on one thread\. For up to .* Cross-Origin-Opener-Policy/);
      expect(without.complaints).toEqual([]);
    } finally {
      await plain.close();
    }
  });
});

describe("a full storage", () => {
  it("ends a run with a clear message, and the checkpoints from before are good", async () => {
    await newContext();
    const { page, complaints } = await newTab();
    const session = await context.newCDPSession(page);
    const origin = new URL(isolated.url).origin;
    const run = (goesOn: boolean): Promise<string> =>
      kit
        .newTrainer("cpu")
        .trainTwoPhase(kit.tinyModel({ filters: [64], denseUnits: 64 }), {
          ...{ train: kit.tinyImages(32), batchSize: 8, epochs: [2, 0], verbose: 0 },
          checkpoint: { store: kit.opfsCheckpointStore("full"), everySteps: 1 },
          resume: goesOn ? "must" : "never",
          callbacks: [
            {
              onEpochEnd: async () => {
                Object.assign(globalThis, { isFull: true });
                if (!goesOn) await new Promise((resolve) => Object.assign(globalThis, { resolve }));
              },
            },
          ],
        })
        .then(
          ({ all }) => `${all.loss.length} epochs`,
          (error: unknown) => String(error),
        );
    const going = page.evaluate(run, false);
    await page.waitForFunction(() => "isFull" in globalThis);
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1000 });
    await page.evaluate(() => {
      (globalThis as unknown as { resolve: () => void }).resolve();
    });
    expect(await going).toMatch(
      /^SourceError: opfsCheckpointStore: expected to use .*\.ckpt, got no room left for this site .*; free some space/,
    );
    await session.send("Storage.overrideQuotaForOrigin", { origin });
    expect(await page.evaluate(run, true)).toBe("2 epochs");
    expect(complaints).toEqual([]);
  });
});

describe("a page with a content security policy", () => {
  /** What a page can do that may start the Workers that `workerSrc` says. */
  async function tryUnder(workerSrc: string) {
    const policy = `script-src 'self' 'wasm-unsafe-eval'; worker-src ${workerSrc}`;
    const server = await site.serve({
      answer: (_request, response, next) => {
        response.setHeader("Content-Security-Policy", policy);
        next();
      },
    });
    try {
      await newContext();
      const { page, complaints } = await openTab(context, server.url);
      const found = await page.evaluate(async () => {
        // waitForFunction is forbidden by the policy, too.
        while (!("kit" in globalThis)) await new Promise(requestAnimationFrame);
        const { registerSimdBackend, opfsCheckpointStore, tf } = kit;
        const done = (): string => "done";
        const two = await registerSimdBackend({ threads: 2 }).then(done, String);
        await registerSimdBackend();
        await tf.setBackend("simd");
        const values = [...tf.relu(tf.tensor1d([-1, 2])).dataSync()];
        const store = await opfsCheckpointStore("policy").open();
        const write = await store.write("a.ckpt", new Uint8Array(3)).then(done, String);
        const simd = tf.backend() as unknown as { threads: number };
        // Nobody has waited for the Workers: that they may not start becomes known later.
        while (two !== "done" && simd.threads > 1) await new Promise(requestAnimationFrame);
        return { two, threads: simd.threads, values, write };
      });
      const own = complaints.filter((text) => text.startsWith("registerSimdBackend"));
      return { ...found, own };
    } finally {
      await server.close();
    }
  }

  it("computes on one thread of simd and keeps no files, and says so, without workers from blob:", async () => {
    const { two, threads, values, write, own } = await tryUnder("'self'");
    expect(two).toMatch(
      /^SimdBackendError: .* allow worker-src blob: in the page's content security policy, or pass threads: 1\.$/,
    );
    expect({ threads, values }).toEqual({ threads: 1, values: [0, 2] });
    expect(own).toEqual([expect.stringMatching(/worker-src blob: .*Until then, one thread works/)]);
    expect(write).toMatch(
      /^SourceError: .* got SecurityError \(the page's policy .*\); allow this site to keep data, and Workers from blob: addresses \(worker-src\) in its policy\.$/,
    );
  });

  it("does both once it is allowed to", async () => {
    const { two, threads, values, write, own } = await tryUnder("'self' blob:");
    expect({ two, write, own }).toEqual({ two: "done", write: "done", own: [] });
    expect({ threads, values }).toEqual({ threads: 2, values: [0, 2] });
  });
});

describe("httpSource against a server", () => {
  beforeAll(async () => {
    await realCifar10();
  }, REAL_DATA_TIMEOUT);

  it("loads the real test images from the npm package's files, bit for bit, and keeps them", async () => {
    const records = readFileSync(join(defaultCacheDir(), "test_batch.bin"));
    const { images, labels } = decodeRecords(records);
    const files: Record<string, Uint8Array> = {
      "test_batch.png": encodePng(images, { width: 1024, height: 10_000, filters: [1] }),
      "test_lables.json": Buffer.from(JSON.stringify([...labels])),
    };
    const requests: string[] = [];
    const server = await site.serve({
      answer: ({ url = "" }, response, next) => {
        const name = /^\/package\/(.*)$/.exec(url)?.[1];
        if (name === undefined) {
          next();
          return;
        }
        requests.push(name);
        response.end(files[name]);
      },
    });
    try {
      await newContext();
      const load = async (): Promise<{ hash: string; phases: string[] }> => {
        const phases = new Set<string>();
        const source = kit.httpSource({
          ...{ baseUrl: "package", layout: "npm" },
          onProgress: ({ phase }) => phases.add(phase),
        });
        const { test } = await kit.loadCifar10(source, { split: "test" });
        const digest = await crypto.subtle.digest("SHA-256", test.images.slice());
        const hash = [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0"));
        return { hash: hash.join(""), phases: [...phases] };
      };
      const first = await newTab(server.url);
      const { hash, phases } = await first.page.evaluate(load);
      expect(hash).toBe(createHash("sha256").update(images).digest("hex"));
      expect(phases).toEqual(["download", "unpack"]);
      expect(requests).toEqual(["test_lables.json", "test_batch.png"]);
      // Another tab finds it in the browser.
      const second = await newTab(server.url);
      expect((await second.page.evaluate(load)).phases).toEqual(["cache"]);
      expect(requests).toHaveLength(2);
      expect([...first.complaints, ...second.complaints]).toEqual([]);
    } finally {
      await server.close();
    }
  });
});
