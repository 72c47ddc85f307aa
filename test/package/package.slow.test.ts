/**
 * The tarball that `npm publish` would send: what is in it, how large its entries are, and whether a
 * stranger's program runs with it, in every supported Node, under strict TypeScript and in a page.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { install, nodeBinary, pack, type Packed, ROOT } from "./packed.ts";
import { gzippedKilobytes } from "./sizes.ts";

const PROGRAMS = join(ROOT, "test/package/programs");

/** Gzipped kilobytes of readable code that an entry may load at once, ESM and CommonJS alike. */
const BUDGETS: Readonly<Record<string, number>> = {
  index: 222,
  metrics: 22,
  plots: 40,
  node: 106,
  browser: 128,
  simd: 118,
  study: 40,
  "study-bullmq": 25,
  postgres: 10,
  mpi: 7,
};
/** Kilobytes of the whole tarball, of which the weights of the two trained networks take 8,750. */
const TARBALL_BUDGET = 9_400;

const root = mkdtempSync(join(tmpdir(), "cifar-kit-package-"));
let packed: Packed;
beforeAll(() => {
  packed = pack(root);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("the tarball", () => {
  it("holds what a user needs and nothing else", () => {
    const stray = packed.files.filter(
      (path) =>
        !/^dist\/[\w.-]+\.(js|cjs|d\.ts|d\.cts)$/.test(path) &&
        !/^pretrained\/cifar10(-fast)?\.safetensors$/.test(path) &&
        !/^(package\.json|README\.md|LICENSE|CHANGELOG\.md|THIRD-PARTY-LICENSES\.md)$/.test(path),
    );
    expect(stray).toEqual([]);
    for (const entry of Object.keys(BUDGETS)) {
      for (const ending of ["js", "cjs", "d.ts", "d.cts"]) {
        expect(packed.files).toContain(`dist/${entry}.${ending}`);
      }
    }
  });

  it("names the licences of what is bundled", () => {
    const text = readFileSync(join(ROOT, "THIRD-PARTY-LICENSES.md"), "utf8");
    const font = readFileSync(join(ROOT, "src/node/fonts/dejavu-sans.generated.ts"), "utf8");
    expect(text).toContain(/\/\*!(.*?)\*\//s.exec(font)![1].trim());
    for (const path of packed.files.filter((name) => /^dist\/dejavu.*js$/.test(name))) {
      expect(readFileSync(join(ROOT, path), "utf8")).toContain("Bitstream");
    }
  });

  it("stays within the budgets", () => {
    expect(packed.size / 1000).toBeLessThan(TARBALL_BUDGET);
    const tooLarge = Object.entries(BUDGETS).flatMap(([entry, budget]) =>
      ["js", "cjs"]
        .map((ending) => ({
          ending,
          size: gzippedKilobytes(join(ROOT, `dist/${entry}.${ending}`)),
        }))
        .filter(({ size }) => size > budget)
        .map(({ ending, size }) => `${entry}.${ending}: ${size.toFixed(1)} kB, budget ${budget}`),
    );
    expect(tooLarge).toEqual([]);
  });
});

/** What test/package/programs/train.js prints. */
interface Printed {
  readonly hash: string;
  readonly loadedHash: string;
}
let hash: string | undefined;

describe("a program", () => {
  const folder = join(root, "program");
  beforeAll(() => {
    install(packed, folder, [
      "@tensorflow/tfjs-core",
      "@tensorflow/tfjs-layers",
      "@tensorflow/tfjs-data",
      "@tensorflow/tfjs-backend-cpu",
      "vega",
      "vega-lite",
      "@resvg/resvg-js",
      "h5wasm",
    ]);
    const esm = readFileSync(join(PROGRAMS, "train.js"), "utf8");
    writeFileSync(join(folder, "train.mjs"), esm);
    writeFileSync(
      join(folder, "train.cjs"),
      esm.replace(/^import \* as (\w+) from (.*);$/gm, "const $1 = require($2);"),
    );
  });

  it("may import the package and require it, too", () => {
    cpSync(join(PROGRAMS, "copies.mjs"), join(folder, "copies.mjs"));
    const { stdout, stderr } = spawnSync(process.execPath, ["copies.mjs"], {
      cwd: folder,
      encoding: "utf8",
    });
    const printed: unknown = JSON.parse(stdout.trim().split("\n").at(-1)!);
    expect(printed, stderr).toEqual({ areTwo: true, epochs: 1, isKnown: true });
  });

  it("refuses options that cannot be read: the bundler has not left out the look at them", () => {
    const program = `
      import { ImageDataGenerator } from "cifar-kit";
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      try { new ImageDataGenerator({ zoomRange: proxy }); }
      catch ({ message }) { console.log(message); }`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stdout, stderr).toMatch(/^ImageDataGenerator: expected options that can be read/);
  });

  it("runs from CommonJS where import() is refused, as in Jest, or says how to allow it", () => {
    const program = join(PROGRAMS, "in-vm.cjs");
    cpSync(program, join(folder, "in-vm.cjs"));
    const { stdout, stderr } = spawnSync(process.execPath, ["in-vm.cjs"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(JSON.parse(stdout), stderr).toEqual({
      simd: "works",
      // Packages that are ES modules alone.
      png: expect.stringContaining("--experimental-vm-modules") as string,
      hdf5: expect.stringContaining("--experimental-vm-modules") as string,
    });
  });

  it.each(["mjs", "cjs"])("searches with processes of its own (%s)", (ending) => {
    for (const name of ["trial", "study"]) {
      const esm = readFileSync(join(PROGRAMS, `${name}.js`), "utf8");
      const cjs = esm
        .replace(/^import (\{.*\}) from (.*);$/gm, "const $1 = require($2);")
        .replace("export default", "exports.default =");
      writeFileSync(join(folder, `${name}.${ending}`), ending === "mjs" ? esm : cjs);
    }
    const { stdout, stderr } = spawnSync(process.execPath, [`study.${ending}`], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stdout, stderr).toBe("2 0.25\n");
  });

  describe.each(["20", "22", "24", "latest"])("in Node %s", (release) => {
    it.each(["train.mjs", "train.cjs"])("runs as %s", (file) => {
      const node = nodeBinary(release, root);
      for (const made of ["checkpoints", "model"]) {
        rmSync(join(folder, made), { recursive: true, force: true });
      }
      const { stdout, stderr } = spawnSync(node, [file], { cwd: folder, encoding: "utf8" });
      expect(stdout, stderr).not.toBe("");
      const printed = JSON.parse(stdout) as Printed;
      hash ??= printed.hash;
      expect(printed).toEqual({
        hash, // the same bits in every Node
        loadedHash: hash,
        report: expect.stringContaining("weighted avg") as string,
        svg: true,
        refused: true,
        pretrained: 2_397_226,
        sameFunctions: true,
        browser: "function",
        tensors: true,
      });
      expect(stderr).toBe("");
    });
  });
});

describe("the command line", () => {
  const folder = join(root, "command");
  const call = (...args: string[]) =>
    spawnSync("npx", ["cifar-kit", ...args], { cwd: folder, encoding: "utf8" });
  beforeAll(() => {
    // No word of TensorFlow.js's other packages: npm brings them along.
    install(packed, folder, ["@tensorflow/tfjs-backend-cpu", "sharp", "vega", "vega-lite"]);
    cpSync(join(ROOT, "test/fixtures/dataset/pictures"), join(folder, "pictures"), {
      recursive: true,
    });
  });

  it("makes a model of a folder of pictures, with a report, and uses it as it says", () => {
    const { stdout, stderr, status } = call("train", "./pictures", "--epochs", "2");
    expect(status, stderr).toBe(0);
    const [use] = stdout.trimEnd().split("\n").slice(-1);
    expect(use).toBe("npx cifar-kit classify photo.jpg --model pictures-model");
    expect(readFileSync(join(folder, "pictures-model/report.html"), "utf8")).toMatch(/^<!doctype/);
    const { stdout: answers } = call("classify", "pictures", ...use.split(" ").slice(-2), "--json");
    expect(JSON.parse(answers)).toContainEqual(
      expect.objectContaining({ className: expect.stringMatching(/^(disc|stripe)$/) as string }),
    );
  });

  it("says what is to be installed where something is missing", () => {
    rmSync(join(folder, "node_modules/vega"), { recursive: true });
    const { stderr, status } = call("train", "./pictures", "--out", "other");
    expect(stderr).toBe(
      "toSvg: expected the package vega, got none that is installed; run npm install vega vega-lite.\n",
    );
    expect(status).toBe(1);
  });
});

describe("strict TypeScript", () => {
  const folder = join(root, "types");
  beforeAll(() => {
    const peers = ["core", "layers", "data"].map((part) => `@tensorflow/tfjs-${part}`);
    install(packed, folder, peers, ["typescript", "@types/node"]);
    const program = readFileSync(join(PROGRAMS, "types.ts"), "utf8");
    for (const ending of ["ts", "mts", "cts"]) {
      writeFileSync(join(folder, `types.${ending}`), program);
    }
  });

  it.each([
    ["node16", "node16", ["types.mts", "types.cts"]],
    ["nodenext", "nodenext", ["types.mts", "types.cts"]],
    ["esnext", "bundler", ["types.ts"]],
  ])("accepts a program with module %s, resolution %s", (module, moduleResolution, files) => {
    const compilerOptions = {
      ...{ module, moduleResolution, target: "es2022", lib: ["es2022", "dom"], types: ["node"] },
      ...{ strict: true, noEmit: true, skipLibCheck: true },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const tsc = join(folder, "node_modules/typescript/bin/tsc");
    const { stdout, status } = spawnSync(process.execPath, [tsc, "-p", "."], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });
});

describe("a page built by Vite", () => {
  const folder = join(root, "page");
  let built = "";
  beforeAll(() => {
    const peers = ["core", "layers", "data", "backend-cpu"].map(
      (part) => `@tensorflow/tfjs-${part}`,
    );
    install(packed, folder, [...peers, "vega", "vega-lite"], ["vite"]);
    for (const [from, to] of [
      ["page.html", "index.html"],
      ["page.js", "page.js"],
      ["page-worker.js", "page-worker.js"],
    ]) {
      cpSync(join(PROGRAMS, from), join(folder, to));
    }
    writeFileSync(
      join(folder, "vite.config.js"),
      'export default { worker: { format: "es" }, build: { target: "es2022" } };\n',
    );
    mkdirSync(join(folder, "public"), { recursive: true });
    const vite = join(folder, "node_modules/vite/bin/vite.js");
    built = execFileSync(process.execPath, [vite, "build"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  });

  it("has nothing of Node in it", () => {
    expect(built).not.toMatch(/externalized for browser compatibility/);
  });

  it("trains in a Worker to the same bits as Node", async () => {
    const server = await serve(join(folder, "dist"));
    const browser = await chromium.launch({
      executablePath: process.env.CHROME_BIN ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    });
    try {
      const page = await browser.newPage();
      await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      await page.waitForFunction(() => /^(\w{64} |failed)/.test(document.title));
      expect(await page.title()).toBe(`${hash} 1`);
    } finally {
      await browser.close();
      server.close();
    }
  });
});

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/** Serves the files of a folder on a port that is free. */
function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url === "/" ? "/index.html" : request.url!;
    try {
      const body = readFileSync(join(folder, path));
      response.writeHead(200, { "Content-Type": TYPES[extname(path)] ?? "text/plain" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((resolve) => {
    server.listen(0, () => {
      resolve(server);
    });
  });
}
