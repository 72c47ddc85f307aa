/** All code in the docs compiles, and the guide shows what its recorded run gave. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";
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

describe("the code in the docs", () => {
  it("compiles", () => {
    const sources = new Map<string, string>();
    for (const page of [...PAGES, ...FRAGMENTS]) {
      const { program, blocks, browser, files } = pageCode(page);
      for (const [name, code] of files) sources.set(`${ROOT}${page}-${name}`, code);
      // What needs a browser only has to compile here; test/browser/ makes the same calls in one.
      [...(FRAGMENTS.includes(page) ? blocks : [program]), ...browser].forEach((code, i) => {
        // The line makes a module of a program that imports nothing.
        if (code !== "") sources.set(`${ROOT}${page}-${i}.ts`, `${code}\nexport {};\n`);
      });
    }
    expect(typeErrors(sources, GIVEN)).toEqual([]);
  }, 120_000);
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
