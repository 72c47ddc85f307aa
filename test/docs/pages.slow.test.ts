/** What can run within seconds of the code in the docs runs, and prints what the pages show. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type * as CifarKit from "cifar-kit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { REAL_DATA_TIMEOUT, realCifar10 } from "../helpers/real-data.ts";
import { outputLines, pageCode, PAGES, ROOT } from "./doc-code.ts";

/** What the networks of a page are made of, if it is not what the page says. */
const network = vi.hoisted(() => ({ size: {} }));

// Real images, but few, and the notebook's architecture, but narrow: what the pages show is how the
// parts fit together.
vi.mock("cifar-kit", async (original) => {
  const kit = await original<typeof CifarKit>();
  return {
    ...kit,
    loadCifar10: async () => {
      const { train, test } = await realCifar10();
      return { train: train.take(64), test: test.take(32) };
    },
    buildCifarModel: (options: CifarKit.CifarModelOptions) =>
      kit.buildCifarModel({ ...options, ...network.size }),
  };
});

describe("the programs of the docs", () => {
  const before = process.cwd();
  let folder = "";
  const sourceFolder = join(ROOT, "runs", `docs-${process.pid}`);
  let printed = "";

  beforeAll(async () => {
    mkdirSync(sourceFolder, { recursive: true });
    await realCifar10();
  }, REAL_DATA_TIMEOUT);
  afterAll(() => {
    rmSync(sourceFolder, { recursive: true });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cifar-kit-docs-"));
    process.chdir(folder);
    printed = "";
    vi.spyOn(console, "log").mockImplementation((...values: unknown[]) => {
      printed += `${values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" ")}\n`;
    });
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  const programs = PAGES.filter((page) => pageCode(page).program !== "");
  it.each(programs)("%s runs", async (page) => {
    await prepare(page, folder);
    // The guide builds the notebook's network by hand, too, and compares.
    network.size = page === "docs/guide.md" ? {} : { filters: [4, 4, 4], denseUnits: 16 };
    const file = join(sourceFolder, `${page.replaceAll("/", "-")}.ts`);
    writeFileSync(file, pageCode(page).program);
    for (const [name, code] of pageCode(page).files) writeFileSync(join(sourceFolder, name), code);
    await import(/* @vite-ignore */ file);
    expect(process.exitCode).toBeUndefined();
    // The guide's output comes from its own, longer run, see below.
    if (page !== "docs/guide.md") {
      const lines = outputLines(printed);
      for (const shown of pageCode(page).outputs) {
        expect(lines).toEqual(expect.arrayContaining(outputLines(shown)));
      }
    }
  });
});

/** The files that a page's reader has. */
async function prepare(page: string, folder: string): Promise<void> {
  if (/own-pictures|trained-network/.test(page)) {
    await cp(`${ROOT}test/fixtures/dataset/pictures`, join(folder, "pictures"), {
      recursive: true,
    });
  }
  if (page.endsWith("classify-pictures.md")) {
    await cp(`${ROOT}test/fixtures/dataset/pictures/disc/b.jpg`, join(folder, "photo.jpg"));
  }
  if (page.endsWith("folder-to-a-model.md")) {
    // Stands for what `npx cifar-kit train` makes; test/cli has it.
    const { loadPretrained, fileSystemIO } = await import("cifar-kit/node");
    const { registerSimdBackend } = await import("cifar-kit/simd");
    const tf = await import("@tensorflow/tfjs-core");
    await registerSimdBackend();
    await tf.setBackend("simd");
    const model = await loadPretrained();
    await model.save(fileSystemIO(join(folder, "pictures-model")));
    model.dispose();
    await cp(`${ROOT}test/fixtures/dataset/pictures/disc/b.jpg`, join(folder, "photo.jpg"));
  }
  if (page.endsWith("many-runs.md")) {
    // The page's processes: TypeScript with the names of this repository, as `npx tsx` gives a reader's.
    vi.stubEnv("NODE_OPTIONS", `--import=${import.meta.resolve("tsx")}`);
    vi.stubEnv("TSX_TSCONFIG_PATH", join(ROOT, "tsconfig.json"));
  }
  if (page.endsWith("move-weights-to-python.md")) {
    // Stands for what the page's Python code writes; test/model/weights/python.test.ts has real ones.
    const { buildCifarModel, saveWeights } = await import("cifar-kit");
    const { registerSimdBackend } = await import("cifar-kit/simd");
    const tf = await import("@tensorflow/tfjs-core");
    await registerSimdBackend();
    await tf.setBackend("simd");
    const model = buildCifarModel({ seed: 2 });
    writeFileSync(join(folder, "from-python.safetensors"), await saveWeights(model));
    model.dispose();
  }
}
