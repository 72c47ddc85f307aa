/** The demo page, from loading to a trained model to a classified picture to a reloaded model. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import { loadModel, predict } from "cifar-kit";
import { fileSystemIO, loadPretrained } from "cifar-kit/node";
import type { Browser, BrowserContext, Page } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { defaultCacheDir } from "../../src/node/cache-dir.ts";
import { encodePng } from "../../src/bytes/encode-png.ts";
import { REAL_DATA_TIMEOUT, realCifar10 } from "../helpers/real-data.ts";
import { buildSite, launch, openTab, type Site, type Tab } from "./open-pages.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WIDTHS = [390, 768, 1440];

/** A small part of the real data, and what the page is told of it. */
function sampleFiles(): Record<string, Buffer> {
  const part = (file: string, count: number): Buffer =>
    readFileSync(join(defaultCacheDir(), file)).subarray(0, count * 3073);
  const files = {
    "train.bin": part("data_batch_1.bin", 600),
    "test.bin": part("test_batch.bin", 200),
  };
  const manifest = Object.entries(files).map(([name, bytes]) => ({
    ...{ name, bytes: bytes.length },
    sha256: createHash("sha256").update(bytes).digest("hex"),
  }));
  return { ...files, "manifest.json": Buffer.from(JSON.stringify({ files: manifest })) };
}

let browser: Browser;
let built: Awaited<ReturnType<typeof buildSite>>;
let site: Site;
let context: BrowserContext;
/** Files of the sample that the server keeps back for now. */
const heldBack = new Set<string>();
/** Every address that the page asked for. */
let requests: string[] = [];

beforeAll(async () => {
  await realCifar10();
  const files = sampleFiles();
  [browser, built] = await Promise.all([launch(), buildSite("demo")]);
  site = await built.serve({
    answer: ({ url = "" }, response, next) => {
      const [, folder, name] = /^\/(sample|data|elsewhere)\/(.*)$/.exec(url) ?? [];
      if (folder === undefined) next();
      else if (folder !== "sample") response.writeHead(404).end();
      else if (heldBack.has(name)) response.write(files[name].subarray(0, 1000));
      else response.end(files[name]);
    },
  });
}, REAL_DATA_TIMEOUT);
afterAll(async () => {
  await browser?.close();
  await site?.close();
  built?.remove();
});
afterEach(() => {
  heldBack.clear();
  return context?.close();
});

/** A browser profile of its own, with one tab on the page. */
async function open(options: Parameters<Browser["newContext"]>[0] = {}): Promise<Tab> {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  requests = [];
  context.on("request", (request) => requests.push(request.url()));
  return openDemo();
}

async function openDemo(): Promise<Tab> {
  const tab = await openTab(context, site.url);
  await tab.page.waitForSelector(".badge");
  return tab;
}

async function load(page: Page): Promise<void> {
  await page.click("#load");
  await page.waitForSelector("#samples:not([hidden])");
}

async function start(
  page: Page,
  plain: number,
  augmented: number,
  backend = "simd",
): Promise<void> {
  await page.check(`input[name=backend][value=${backend}]`);
  await page.selectOption("#count", "500");
  await page.fill("#plain-epochs", String(plain));
  await page.fill("#augmented-epochs", String(augmented));
  await page.click("#start");
}

const results = (page: Page) => page.waitForSelector("#mistake-tiles canvas", { timeout: 120_000 });

/** What axe finds. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`);
  });
}

/** No part of the page may be wider than the screen. */
const overflow = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

/** A PNG that the page's canvas makes. */
async function png(page: Page, width: number, height: number): Promise<Buffer> {
  const base64 = await page.evaluate(
    async ([w, h]) => {
      const canvas = new OffscreenCanvas(w, h);
      const draw = canvas.getContext("2d")!;
      draw.fillStyle = "skyblue";
      draw.fillRect(0, 0, w, h);
      draw.fillStyle = "white";
      draw.fillRect(w / 4, h / 3, w / 2, h / 6);
      const blob = await canvas.convertToBlob({ type: "image/jpeg" });
      const reader = new FileReader();
      reader.readAsDataURL(blob);
      await new Promise((resolve) => (reader.onload = resolve));
      return (reader.result as string).split(",")[1];
    },
    [width, height] as const,
  );
  return Buffer.from(base64, "base64");
}

const alertOf = (page: Page, id: string) =>
  page.waitForSelector(`#${id}:not([hidden])`).then((alert) => alert.textContent());

describe("the demo page", () => {
  // Again if need be: tasks are measured by the clock, and a neighbour may take the processor away.
  it(
    "leads from loading to a trained model, a classified picture, a saved and reloaded model",
    { retry: 2 },
    async () => {
      const { page, complaints } = await open();
      expect(await page.isChecked("input[value=simd]")).toBe(true);
      expect(await violations(page)).toEqual([]);

      await load(page);
      const plain = await page.locator("#sample-tiles canvas").first().screenshot();
      await page.click("#augment");
      expect((await page.locator("#sample-tiles canvas").first().screenshot()).equals(plain)).toBe(
        false,
      );

      await start(page, 2, 2);
      await page.waitForFunction(() => document.querySelector("#figure-step")!.textContent !== "–");
      const longTasks = await page.evaluate(async () => {
        const tasks: number[] = [];
        const observer = new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) tasks.push(duration);
        });
        observer.observe({ type: "longtask" });
        const isFar = (): boolean => document.querySelectorAll("#chart-loss circle").length >= 3;
        while (!isFar()) await new Promise((resolve) => setTimeout(resolve, 20));
        observer.disconnect();
        return tasks;
      });
      // While the Worker trains and the curves grow, nothing in the page takes 50 ms.
      expect(longTasks).toEqual([]);
      expect(await violations(page)).toEqual([]);
      // Plots are loaded when the first one is drawn, not before.
      const isVega = (url: string): boolean => /vega/.test(url);
      expect(requests.some(isVega)).toBe(false);
      await results(page);
      expect(requests.some(isVega)).toBe(true);

      expect(await page.textContent("#headline-accuracy")).toMatch(/^\d+\.\d\s%$/);
      expect(await page.locator("#report-table tbody tr").count()).toBe(11);
      expect(await page.locator("#report .plot svg").count()).toBe(3);
      expect(await page.locator("#pairs li").count()).toBeGreaterThan(2);

      await page.setInputFiles("#file", {
        ...{ name: "sky.jpg", mimeType: "image/jpeg" },
        buffer: await png(page, 640, 480),
      });
      await page.waitForSelector("#bars li");
      const verdict = await page.locator("#bars").innerText();
      expect(await page.locator("#bars li").count()).toBe(10);

      await page.click("#save");
      await page.waitForSelector("#model-hint:has-text('saved in this browser')");
      await page.reload();
      await page.waitForSelector(".badge");
      await page.click("#load-model:not([disabled])");
      await page.waitForSelector("#model-hint:has-text('is back')");
      await page.setInputFiles("#file", {
        ...{ name: "sky.jpg", mimeType: "image/jpeg" },
        buffer: await png(page, 640, 480),
      });
      await page.waitForSelector("#bars li");
      expect(await page.locator("#bars").innerText()).toBe(verdict);

      // Another training beside a picture: the picture is classified anew, after the results.
      await load(page);
      const before = await page.textContent("#bars");
      await start(page, 1, 0);
      await results(page);
      await page.waitForFunction(
        (text) => document.querySelector("#bars")!.textContent !== text,
        before,
      );
      expect(await page.isHidden("#picture-alert")).toBe(true);
      // The results are those of the model in use.
      page.on("dialog", (dialog) => void dialog.accept());
      await page.click("#use-pretrained");
      await page.waitForSelector("#report", { state: "hidden" });

      expect(complaints).toEqual([]);
      const elsewhere = requests.filter(
        (url) => !url.startsWith(site.url) && !/^(blob|data):/.test(url),
      );
      expect(elsewhere).toEqual([]);
    },
  );

  it("gives the network as files, and asks before a click that would lose it", async () => {
    const { page, complaints } = await open();
    await load(page);
    await start(page, 1, 0);
    await results(page);
    const folder = mkdtempSync(join(tmpdir(), "cifar-kit-download-"));
    const files: string[] = [];
    page.on("download", (file) => {
      const path = join(folder, file.suggestedFilename());
      void file.saveAs(path).then(() => files.push(path));
    });
    await page.click("#download");
    await expect.poll(() => files.length, { timeout: 30_000 }).toBe(2);
    const downloaded = await loadModel(fileSystemIO(join(folder, "cifar-model.json")));
    expect(downloaded.countParams()).toBe(139_226);
    downloaded.dispose();
    rmSync(folder, { recursive: true });

    const questions: string[] = [];
    let isSure = false;
    page.on("dialog", (dialog) => {
      questions.push(dialog.type() === "beforeunload" ? dialog.type() : dialog.message());
      void (isSure ? dialog.accept() : dialog.dismiss());
    });
    // What is kept elsewhere may go without a question.
    await page.click("#save");
    await page.waitForSelector("#model-hint:has-text('saved in this browser')");
    await page.click("#start");
    await page.waitForSelector("#pause:not([hidden])");
    await page.waitForSelector("#pause", { state: "hidden", timeout: 120_000 });
    await results(page);
    expect(questions).toEqual([]);
    for (const id of ["use-pretrained", "load-model", "save", "start"]) await page.click(`#${id}`);
    await page.evaluate(() => {
      location.reload();
    });
    await expect.poll(() => questions.length).toBe(5);
    expect(questions).toEqual([
      "The network that you trained is not saved. It is lost by taking the trained one. Go on?",
      "The network that you trained is not saved. It is lost by loading the saved one. Go on?",
      "Another network is saved in this browser. Replace it?",
      "The network that you trained is not saved. The new one will take its place. Go on?",
      "beforeunload",
    ]);
    expect(await page.isVisible("#report")).toBe(true);
    expect(await page.isHidden("#pause")).toBe(true);
    isSure = true;
    await page.click("#use-pretrained");
    await page.waitForSelector("#report", { state: "hidden" });
    await page.click("#load-model:not([disabled])");
    await page.waitForSelector("#model-hint:has-text('is back')");
    expect(questions).toHaveLength(6);
    // A run that is kept is not given up by another one, nor by a slip.
    await page.click("#start");
    await page.waitForFunction(() => document.querySelector("#figure-step")!.textContent !== "–");
    await page.click("#cancel");
    await page.waitForSelector("#unfinished:not([hidden])");
    isSure = false;
    await page.click("#start");
    await page.click("#forget");
    await expect
      .poll(() => questions.slice(6))
      .toEqual([
        "The interrupted run that is kept here will be forgotten. Go on?",
        "The interrupted run is lost then. Forget it?",
      ]);
    expect(await page.isVisible("#unfinished")).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("classifies a real picture with the network that comes trained", async () => {
    const { page, complaints } = await open();
    await page.setInputFiles("#file", {
      ...{ name: "ship.png", mimeType: "image/png" },
      buffer: Buffer.from(encodePng((await realCifar10()).test.image(1), [32, 32, 3])),
    });
    await page.waitForSelector("#verdict-title:has-text('take the trained one')");
    await page.click("#use-pretrained");
    await page.waitForSelector("#bars li");
    expect(await page.textContent("#verdict-title")).toBe("It looks like: ship");
    // In Node the very same network is this sure of it.
    const share = await page.locator("#bars .number").first().textContent();
    expect(await page.isEnabled("#save")).toBe(true);
    expect(complaints).toEqual([]);
    const model = await loadPretrained({ network: "fast" });
    const { probabilities } = await predict(model, (await realCifar10()).test.image(1));
    model.dispose();
    expect(share).toBe(`${(100 * probabilities[8]).toFixed(1)}\u00a0%`);
  });

  it.each(["wasm", "webgpu"])("trains on %s, whose files come when it is chosen", async (name) => {
    const { page, complaints } = await open();
    const isItsOwn = (url: string): boolean => url.endsWith(".wasm") || /\/dist-/.test(url);
    await load(page);
    expect(requests.some(isItsOwn)).toBe(false);
    await start(page, 1, 0, name);
    // In software one step says enough.
    await page.waitForFunction(
      () => /ms|s$/.test(document.querySelector("#figure-step")!.textContent),
      null,
      { timeout: 120_000 },
    );
    expect(requests.some(isItsOwn)).toBe(true);
    expect(await page.textContent("#figure-loss")).toMatch(/^\d+\.\d+$/);
    await page.click("#cancel");
    // The step under way ends first.
    await page.waitForSelector("#train-alert:not([hidden])", { timeout: 240_000 });
    expect(await page.textContent("#train-alert")).toMatch(/^Cancelled/);
    expect(complaints).toEqual([]);
  });

  it.each(["light", "dark"] as const)(
    "fits every width and pleases axe when it is %s",
    async (colorScheme) => {
      const { page, complaints } = await open({ colorScheme, reducedMotion: "reduce" });
      await load(page);
      await start(page, 1, 0);
      await results(page);
      await page.setInputFiles("#file", {
        ...{ name: "sky.jpg", mimeType: "image/jpeg" },
        buffer: await png(page, 64, 64),
      });
      await page.waitForSelector("#bars li");
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overflow(page), `at ${width}`).toBe(0);
        expect(await violations(page), `at ${width}`).toEqual([]);
      }
      expect(complaints).toEqual([]);
    },
  );

  it("can be used with the keyboard alone", async () => {
    const { page, complaints } = await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement!.textContent)).toBe(
      "Skip to the content",
    );
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    expect(await page.isChecked("input[name=backend][value=webgpu]")).toBe(true);
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#samples:not([hidden])");
    await page.focus("#start");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#pause:not([hidden])");
    await page.focus("#cancel");
    await page.keyboard.press("Space");
    expect(await alertOf(page, "train-alert")).toMatch(/Cancelled/);
    expect(await page.textContent("#status")).not.toBe("");
    expect(complaints).toEqual([]);
  });

  it("pauses, and goes on with a run that was cancelled or whose tab was closed", async () => {
    const first = await open();
    await load(first.page);
    await start(first.page, 3, 3);
    const step = (): Promise<string | null> => first.page.textContent("#figure-loss");
    await first.page.waitForFunction(
      () => document.querySelectorAll("#chart-loss circle").length === 1,
    );
    await first.page.click("#pause");
    await first.page.waitForSelector("#pause:has-text('Go on')");
    const paused = await step();
    await first.page.waitForTimeout(500);
    expect(await step()).toBe(paused);
    await first.page.click("#pause");
    await first.page.waitForFunction(
      () => document.querySelectorAll("#chart-loss circle").length === 2,
    );
    await first.page.click("#cancel");
    expect(await alertOf(first.page, "train-alert")).toMatch(/The run is kept/);
    await first.page.click("#continue");
    await first.page.waitForFunction(() =>
      document.querySelector("#figure-epoch")!.textContent.startsWith("3"),
    );
    await first.page.close();

    const second = await openDemo();
    expect(await second.page.textContent("#unfinished-text")).toMatch(/interrupted in epoch 3/);
    // Loads the pictures by itself: they are in the browser.
    await second.page.click("#continue");
    await results(second.page);
    expect(await second.page.isHidden("#unfinished")).toBe(true);
    expect([...first.complaints, ...second.complaints]).toEqual([]);
  });
});

describe("the demo page in trouble", () => {
  it("keeps what is complete when a download is cancelled, and says where there are no data", async () => {
    const { page, complaints } = await open();
    heldBack.add("train.bin");
    await page.click("#load");
    await page.click("#cancel-load");
    expect(await alertOf(page, "data-alert")).toBe("Cancelled. What was complete is kept.");
    heldBack.clear();
    await load(page);
    expect(await page.isHidden("#data-alert")).toBe(true);
    await page.check("input[value=full]");
    await page.click("#load");
    expect(await alertOf(page, "data-alert")).toMatch(
      /httpSource: expected a file at .*data\/data_batch_1\.bin, got HTTP status 404; put the file there.*`npm run demo:data`/,
    );
    // The pictures from before are still there.
    expect(await page.isEnabled("#start")).toBe(true);
    expect(requests.filter((url) => url.endsWith("test.bin"))).toHaveLength(1);
    // The browser itself reports what a server does not have.
    expect(complaints.filter((text) => !/status of 404/.test(text))).toEqual([]);
  });

  it("says what is wrong with a picture, and takes one of 40 megapixels", async () => {
    const { page, complaints } = await open();
    await page.setInputFiles("#file", {
      ...{ name: "notes.txt", mimeType: "text/plain" },
      buffer: Buffer.from("no picture"),
    });
    expect(await alertOf(page, "picture-alert")).toMatch(
      /expected a picture .* got a file of another kind/,
    );
    await page.setInputFiles("#file", {
      ...{ name: "large.jpg", mimeType: "image/jpeg" },
      buffer: await png(page, 8000, 5000),
    });
    await page.waitForSelector("#verdict:not([hidden])");
    expect(await page.textContent("#verdict-title")).toMatch(/Train a network/);
    expect(await page.isHidden("#picture-alert")).toBe(true);
    // The same by drag and drop.
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["no picture"], "dropped.txt"));
      const event = new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true });
      document.querySelector("#drop")!.dispatchEvent(event);
    });
    expect(await alertOf(page, "picture-alert")).toMatch(
      /got a file of another kind \("dropped.txt"\)/,
    );
    expect(complaints).toEqual([]);
  });

  it("says what is missing where memory cannot be shared, and trains on one thread", async () => {
    const files = sampleFiles();
    const plain = await built.serve({
      isolated: false,
      answer: ({ url = "" }, response, next) => {
        const name = /^\/sample\/(.*)$/.exec(url)?.[1];
        if (name === undefined) next();
        else response.end(files[name]);
      },
    });
    try {
      context = await browser.newContext();
      const { page, complaints } = await openTab(context, plain.url);
      await page.waitForSelector(".badge");
      expect(await page.textContent("#backend-options")).toMatch(
        /on one thread\. For up to \d+ threads the page has to be served with the headers/,
      );
      await load(page);
      await start(page, 1, 0);
      await results(page);
      expect(complaints).toEqual([]);
    } finally {
      await plain.close();
    }
  });

  it("tells a second tab that the run is in the first, and does not disturb it", async () => {
    const first = await open();
    await load(first.page);
    await start(first.page, 50, 0);
    await first.page.waitForFunction(
      () => document.querySelectorAll("#chart-loss circle").length > 0,
    );
    const second = await openDemo();
    // It asks whether the run that it finds may be lost, which is the first tab's.
    second.page.on("dialog", (dialog) => void dialog.accept());
    await load(second.page);
    await start(second.page, 1, 0);
    expect(await alertOf(second.page, "train-alert")).toMatch(/got another run that uses it/);
    const epoch = await first.page.textContent("#figure-epoch");
    await first.page.waitForFunction(
      (before) => document.querySelector("#figure-epoch")!.textContent !== before,
      epoch,
    );
    expect([...first.complaints, ...second.complaints]).toEqual([]);
  });

  it("says that there is no room, and still has what was learned", async () => {
    const { page, complaints } = await open();
    const session = await context.newCDPSession(page);
    const { origin } = new URL(site.url);
    await load(page);
    await start(page, 1, 0);
    await results(page);
    await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1 });
    await page.click("#save");
    expect(await alertOf(page, "model-alert")).toMatch(
      /got no room left for this site .*; free some space/,
    );
    page.on("dialog", (dialog) => void dialog.accept());
    await page.click("#start");
    expect(await alertOf(page, "train-alert")).toMatch(/got no room left for this site/);
    await session.send("Storage.overrideQuotaForOrigin", { origin });
    await page.click("#save");
    await page.waitForSelector("#model-hint:has-text('saved in this browser')");
    expect(complaints).toEqual([]);
  });

  // The last one: WebGL in software keeps the browser busy for a while.
  it("says that the WebGL context was lost, and goes on from the checkpoint", async () => {
    const { page, complaints } = await open();
    await page.route(/train-worker/, async (route) => {
      const response = await route.fetch();
      const spy = `const { getContext } = OffscreenCanvas.prototype;
        OffscreenCanvas.prototype.getContext = function (...args) {
          const context = getContext.apply(this, args);
          globalThis.loseContext = () => context.getExtension("WEBGL_lose_context").loseContext();
          return context;
        };`;
      await route.fulfill({ response, body: (await response.text()) + spy });
    });
    await load(page);
    await start(page, 1, 0, "webgl");
    await page.waitForFunction(() => document.querySelector("#figure-step")!.textContent !== "–");
    await page.workers()[0].evaluate(() => {
      (globalThis as unknown as { loseContext: () => void }).loseContext();
    });
    expect(await alertOf(page, "train-alert")).toMatch(
      /the WebGL context was lost.*start a new Worker/,
    );
    expect(await page.isVisible("#continue")).toBe(true);
    await page.click("#continue");
    await page.waitForSelector("#train-alert", { state: "hidden" });
    await page.waitForFunction(
      () => document.querySelector("#chart-loss .train")!.getAttribute("d") !== "",
    );
    await page.click("#cancel");
    expect(complaints.filter((text) => !/context/i.test(text))).toEqual([]);
  });
});
