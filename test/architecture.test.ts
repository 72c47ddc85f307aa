/** Keeps the arrows between the folders of src/: see docs/architecture.md. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SOURCE = fileURLToPath(new URL("../src", import.meta.url));

/** What lies below all rooms of the field, each above those before it. */
const BELOW = "text brand errors checks runtime bytes options random".split(" ");
const below = (...packages: string[]): Room => ({ areas: BELOW, packages });
/** One of them may use those before it. */
const partOfBelow = (area: string, ...packages: string[]): Room => ({
  areas: BELOW.slice(0, BELOW.indexOf(area)),
  packages,
});

interface Room {
  readonly areas: readonly string[];
  readonly packages: readonly string[];
}

/** For each room what it may import: other rooms, and packages by prefix. */
const ALLOWED: Readonly<Record<string, Room>> = {
  ...Object.fromEntries(BELOW.map((area) => [area, partOfBelow(area)])),
  random: partOfBelow("random", "pure-rand"),
  dataset: below(),
  formats: below("fflate", "h5wasm"),
  augment: { areas: [...BELOW, "dataset"], packages: [] },
  metrics: below(),
  plots: { areas: [...BELOW, "dataset", "metrics"], packages: ["vega", "vega-lite"] },
  model: {
    areas: [...BELOW, "dataset", "augment", "metrics", "formats"],
    packages: ["@tensorflow/"],
  },
  train: {
    areas: [...BELOW, "dataset", "augment", "metrics", "model"],
    packages: ["@tensorflow/"],
  },
  recipes: {
    areas: [...BELOW, "dataset", "augment", "model", "train"],
    packages: ["@tensorflow/"],
  },
  exchange: { areas: [...BELOW, "formats", "model"], packages: ["@tensorflow/"] },
  explain: {
    areas: [...BELOW, "dataset", "metrics", "model", "train"],
    packages: ["@tensorflow/"],
  },
  node: {
    areas: [...BELOW, "dataset", "augment", "plots", "formats", "model", "train", "recipes"],
    packages: ["node:", "@tensorflow/", "@resvg/resvg-js", "sharp"],
  },
  study: {
    areas: [...BELOW, "plots", "train", "node", "postgres"],
    packages: ["node:", "bullmq", "ioredis", "pg"],
  },
  cli: {
    areas: [...BELOW, "train", "node", "study"],
    packages: ["node:", "@tensorflow/", "cifar-kit"],
  },
  postgres: {
    areas: [...BELOW, "train", "node"],
    packages: ["node:", "pg"],
  },
  mpi: { areas: [...BELOW, "train"], packages: ["koffi"] },
  browser: {
    areas: [...BELOW, "dataset", "augment", "plots", "model", "train", "recipes"],
    packages: ["@tensorflow/"],
  },
  simd: { areas: [], packages: ["@tensorflow/", "node:"] },
  index: {
    areas: [
      ...[...BELOW, "dataset", "augment", "formats", "metrics", "plots", "model", "train"],
      ...["recipes", "explain", "exchange"],
    ],
    packages: [],
  },
};

interface Import {
  readonly file: string;
  readonly area: string;
  readonly target: string;
}

const areaOf = (path: string): string => relative(SOURCE, path).split(sep)[0].replace(/\.ts$/, "");

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourceFiles(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, "utf8").replace(/^\s*(\/\/|\/?\*).*$/gm, "");
  const pattern =
    /(?:^(?:import|export)\s+[^"';]*?\bfrom\s+|\bimport\s*\(\s*|^import\s+)["']([^"']+)["']/gm;
  return [...text.matchAll(pattern)].map(([, target]) => ({ file, area: areaOf(file), target }));
}

const isAssembly = (file: string): boolean => file.includes(`${sep}simd${sep}assembly${sep}`);
const files = [...sourceFiles(SOURCE)].filter((file) => !isAssembly(file));
const imports = files.flatMap(importsOf);
const show = ({ file, target }: Import): string => `${relative(SOURCE, file)} imports ${target}`;

describe("the arrows between the folders of src/", () => {
  it("finds the sources and their imports", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(files.length);
  });

  it("knows every area", () => {
    expect([...new Set(files.map(areaOf))].filter((area) => !(area in ALLOWED))).toEqual([]);
  });

  it("points from an area only to areas below it", () => {
    const wrong = imports.filter(({ file, area, target }) => {
      if (!target.startsWith(".")) return false;
      const to = areaOf(normalize(join(dirname(file), target)));
      return to !== area && !ALLOWED[area].areas.includes(to);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it("lets each area import only the packages that it is for", () => {
    const wrong = imports.filter(
      ({ area, target }) =>
        !target.startsWith(".") &&
        !ALLOWED[area].packages.some((prefix) => target.startsWith(prefix)),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("keeps tfjs out of what the simd backend plans and runs", () => {
    /** Folders of simd, each with those that it may import; only `tfjs` imports packages of tfjs. */
    const below: Readonly<Record<string, readonly string[]>> = {
      schema: ["schema"],
      plans: ["schema", "plans"],
      runtime: ["schema", "plans", "runtime"],
    };
    const folder = (path: string): string => relative(join(SOURCE, "simd"), path).split(sep)[0];
    const wrong = imports.filter(({ file, area, target }) => {
      const allowed = area === "simd" ? below[folder(file)] : undefined;
      if (allowed === undefined) return false;
      if (!target.startsWith(".")) return target.startsWith("@tensorflow/");
      const to = folder(normalize(join(dirname(file), target)));
      return to in { ...below, tfjs: [] } && !allowed.includes(to);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it("never imports an assembly source into TypeScript", () => {
    expect(imports.filter(({ target }) => target.includes("assembly/")).map(show)).toEqual([]);
  });

  it("tells kinds of data apart in one place of training, in a Worker, too", () => {
    const kinds =
      /\b(isImageSet|isFlow|isDataset|isPicture|instanceof (ImageSet|\w*Flow|Tensor))\b/;
    const places = files
      .filter((file) => ["train", "browser"].includes(areaOf(file)))
      .filter((file) => kinds.test(readFileSync(file, "utf8")))
      .map((file) => relative(SOURCE, file).replaceAll(sep, "/"));
    // A dataset is made of sets and flows alone, with or without a model.
    expect(places.sort()).toEqual(["train/feed/feed-of.ts", "train/to-dataset.ts"]);
  });

  it("has no circle of files, types included", () => {
    const graph = new Map<string, string[]>();
    for (const { file, target } of imports) {
      if (!target.startsWith(".")) continue;
      graph.set(file, [...(graph.get(file) ?? []), normalize(join(dirname(file), target))]);
    }
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: string[]): void => {
      if (path.includes(file)) {
        const circle = [...path.slice(path.indexOf(file)), file];
        circles.push(circle.map((f) => relative(SOURCE, f)).join(" -> "));
        return;
      }
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(circles).toEqual([]);
  });

  it("never calls Math.random", () => {
    const callers = files.filter((file) => readFileSync(file, "utf8").includes("Math.random("));
    expect(callers.map((file) => relative(SOURCE, file))).toEqual([]);
  });
});
