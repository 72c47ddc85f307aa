/** All code in the docs compiles, and what can run within seconds runs. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import type * as CifarKit from "cifar-kit";
import ts from "typescript";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { REAL_DATA_TIMEOUT, realCifar10 } from "../helpers/real-data.ts";
import { outputLines, pageCode, PAGES, ROOT } from "./doc-code.ts";

/**
 * Pages whose blocks are parts of programs. They only have to compile, with these names given; what
 * they show is run elsewhere, in test/augment/ and test/reliability/.
 */
const FRAGMENTS = readdirSync(`${ROOT}docs`)
  .filter((name) => name.endsWith(".md"))
  .map((name) => `docs/${name}`)
  .filter((page) => !PAGES.includes(page));
/** What `npx --package typescript@7.0.2 tsc --init` writes; readers also have `types: ["node"]`. */
const READER = `${ROOT}test/fixtures/docs/tsconfig.init.json`;
const GIVEN = `
declare const model: import("@tensorflow/tfjs-layers").LayersModel;
declare const train: import("cifar-kit").ImageSet;
declare const test: import("cifar-kit").ImageSet;
declare const trainTwoPhase: typeof import("cifar-kit").trainTwoPhase;
`;

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

describe("the code in the docs", () => {
  it("compiles", () => {
    const sources = new Map<string, string>();
    for (const page of [...PAGES, ...FRAGMENTS]) {
      const { program, blocks, browser } = pageCode(page);
      // What needs a browser only has to compile here; test/browser/ makes the same calls in one.
      [...(FRAGMENTS.includes(page) ? blocks : [program]), ...browser].forEach((code, i) => {
        // The line makes a module of a program that imports nothing.
        if (code !== "") sources.set(`${ROOT}${page}-${i}.ts`, `${code}\nexport {};\n`);
      });
    }
    expect(typeErrors(sources, GIVEN)).toEqual([]);
  }, 120_000);
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

describe("docs/guide.md", () => {
  it("shows what its recorded run printed", () => {
    const recorded = outputLines(readFileSync(`${ROOT}docs/images/guide/output.txt`, "utf8"));
    const shown = pageCode("docs/guide.md").outputs.flatMap(outputLines);
    expect(shown).toEqual(recorded);
  });

  it("shows the pictures that its program draws", () => {
    const text = readFileSync(`${ROOT}docs/guide.md`, "utf8");
    const shown = Array.from(
      text.matchAll(/!\[[^\]]+\]\(images\/guide\/(.*?)\)/g),
      ([, name]) => name,
    );
    const drawn = Array.from(text.matchAll(/"pictures\/(.*?)"/g), ([, name]) => name);
    expect(shown).toEqual(drawn);
    for (const name of shown)
      expect(existsSync(`${ROOT}docs/images/guide/${name}`), name).toBe(true);
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

/**
 * Errors of programs, by the types of the sources; none of the programs is written to disk. They are
 * compiled as strictly as this repository and, on top, as TypeScript's own `tsc --init` asks for: what
 * passes both at once passes each.
 */
function typeErrors(programs: ReadonlyMap<string, string>, given: string): string[] {
  const sources = new Map([...programs, [`${ROOT}docs/given.d.ts`, given]]);
  const config = ts.readConfigFile(`${ROOT}tsconfig.json`, (path) => ts.sys.readFile(path));
  const reader = ts.readConfigFile(READER, (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const init = ts.parseJsonConfigFileContent(reader.config, ts.sys, ROOT).options;
  const { types } = options;
  const nodeNext = ts.ModuleResolutionKind.NodeNext;
  Object.assign(options, init, { types, moduleResolution: nodeNext, declaration: false });
  options.declarationMap = options.sourceMap = false;
  // A page may show a result without using it.
  options.noUnusedLocals = options.noUnusedParameters = false;
  const host = ts.createCompilerHost(options);
  const fileExists = host.fileExists.bind(host);
  const readFile = host.readFile.bind(host);
  const getSourceFile = host.getSourceFile.bind(host);
  host.fileExists = (path) => sources.has(path) || fileExists(path);
  host.readFile = (path) => sources.get(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const code = sources.get(path);
    return code === undefined
      ? getSourceFile(path, language, ...rest)
      : ts.createSourceFile(path, code, language);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...programs.keys()].flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText, start = 0 }) => {
        const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
        return `${path}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
      },
    );
  });
}
