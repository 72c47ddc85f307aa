/** The picture of the layers in docs/architecture.md is that of the sources. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./doc-code.ts";

const SOURCE = join(ROOT, "src");
/** Below everything, and left out of the picture: what knows no concept of the field. */
const EVERYWHERE = ["text", "bytes", "runtime"].concat(
  readdirSync(SOURCE)
    .filter((name) => name.endsWith(".ts") && name !== "index.ts")
    .map((name) => name.replace(/\.ts$/, "")),
);

const areaOf = (path: string): string => relative(SOURCE, path).split(sep)[0].replace(/\.ts$/, "");

/** What each area of the sources imports: other areas, and TensorFlow.js as "tfjs". */
function importsBetweenAreas(): Set<string> {
  const found = new Set<string>();
  for (const file of readdirSync(SOURCE, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts") || file.includes("assembly")) continue;
    const path = join(SOURCE, file);
    const area = areaOf(path);
    const targets = readFileSync(path, "utf8").matchAll(
      /^(?:import|export|\} from)\b[^"]*"([^"]+)"/gm,
    );
    for (const [, target] of targets) {
      const to = target.startsWith(".")
        ? areaOf(normalize(join(dirname(path), target)))
        : target.startsWith("@tensorflow/tfjs")
          ? "tfjs"
          : area;
      if (to !== area && !EVERYWHERE.includes(to) && !EVERYWHERE.includes(area)) {
        found.add(`${area} -> ${to}`);
      }
    }
  }
  return found;
}

const picture = /```mermaid\n(.*?)```/s.exec(
  readFileSync(join(ROOT, "docs/architecture.md"), "utf8"),
)![1];
const arrows = Array.from(picture.matchAll(/^ *(\w+) -(?:\.-|-)> (\w+)$/gm), ([, from, to]) => ({
  from,
  to,
}));

/** All areas that arrows lead to, over others too. */
const reachable = (from: string): Set<string> => {
  const next = arrows.filter((arrow) => arrow.from === from).map(({ to }) => to);
  return new Set(next.flatMap((to) => [to, ...reachable(to)]));
};

describe("the picture of the layers", () => {
  const imports = importsBetweenAreas();

  it("has an arrow, or a way over others, for every import", () => {
    const missing = [...imports].filter((line) => {
      const [from, to] = line.split(" -> ");
      return !reachable(from).has(to);
    });
    expect(missing).toEqual([]);
  });

  it("has no arrow without an import", () => {
    const drawn = arrows.map(({ from, to }) => `${from} -> ${to}`);
    expect(drawn.length).toBeGreaterThan(10);
    expect(drawn.filter((line) => !imports.has(line))).toEqual([]);
  });
});

/** The files of the library that a file imports, by their paths in `src/`. */
function importsOf(file: string): Set<string> {
  const path = join(SOURCE, file);
  const targets = readFileSync(path, "utf8").matchAll(/\bfrom "(\.[^"]+)"/g);
  return new Set(
    Array.from(targets, ([, target]) =>
      relative(SOURCE, join(dirname(path), target))
        .split(sep)
        .join("/"),
    ),
  );
}

describe("the walks", () => {
  const walk = (title: string): string[] => {
    const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
    const section = text.slice(text.indexOf(`## ${title}`)).split("\n## ")[0];
    return Array.from(section.matchAll(/^\d+\. `([^`]+)`/gm), ([, file]) => file);
  };

  it.each([
    ["From bytes to a batch", 8],
    ["From `train` to the update", 10],
  ])("%s takes few files, each tied to one before it", (title, most) => {
    const stops = walk(title);
    expect(stops.length).toBeGreaterThan(5);
    expect(stops.length).toBeLessThanOrEqual(most);
    const reached = stops.map((file) => importsOf(file));
    const alone = stops.filter(
      (file, i) =>
        i > 0 && !stops.slice(0, i).some((stop, j) => reached[i].has(stop) || reached[j].has(file)),
    );
    expect(alone).toEqual([]);
  });

  it("name every file by a path that is there", () => {
    const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
    const names = Array.from(
      text.matchAll(/`((?:[\w-]+\/)*[\w-]+\.ts)`/g),
      ([, name]) => `/${name}`,
    );
    const files = ["src", "test"].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map(
        (file) => `/${folder}/${file.split(sep).join("/")}`,
      ),
    );
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !files.some((file) => file.endsWith(name)))).toEqual([]);
  });
});
