import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePort } from "../helpers/ports.ts";
import { temporaryFolders } from "../node/temporary-folder.ts";
import { called } from "./called.ts";

const newFolder = temporaryFolders();

describe("npx cifar-kit", () => {
  it.each([[[]], [["--help"]], [["-h"]], [["help"]]])("lists the commands: %j", async (args) => {
    const { code, out, error } = await called(...args);
    expect(code).toBe(0);
    expect(out).toMatch(/^usage: npx cifar-kit COMMAND/);
    expect(out).toContain("  worker    run trials");
    expect(error).toBe("");
  });

  it("says which release it is", async () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    expect((await called("--version")).out).toBe(`${version}\n`);
  });

  it("names the command that was meant", async () => {
    expect(await called("wroker")).toEqual({
      code: 2,
      out: "",
      error: 'there is no command "wroker", perhaps worker; see npx cifar-kit --help\n',
    });
    expect((await called("\u001b[2J")).error).not.toContain("\u001b");
  });
});

describe("npx cifar-kit worker", () => {
  const URL_OF = "redis://me:a-secret@127.0.0.1";

  it("has help with examples, in lines that fit a terminal", async () => {
    const { code, out } = await called("worker", "--help");
    expect(code).toBe(0);
    expect(out).toContain("npx cifar-kit worker trial.js --connection redis://");
    expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each<[string, string[], RegExp]>([
    ["without a module", ["--connection", URL_OF], /expected one module, the trial's, got 0/],
    ["with two", ["a.js", "b.js", "--connection", URL_OF], /got 2/],
    ["without a server", ["a.js"], /expected --connection URL, or CIFAR_KIT_CONNECTION/],
    ["with an unknown option", ["a.js", "--queu", "x"], /Unknown option '--queu'/],
    ["with an option without its value", ["a.js", "--queue"], /--queue.*argument missing/],
    ["with what is no number", ["a.js", "--connection", URL_OF, "--trials", "x"], /for --trials/],
  ])("ends with exit code 2 %s", async (_, args, message) => {
    const { code, error } = await called("worker", ...args);
    expect(error).toMatch(message);
    expect(error).toMatch(/; see npx cifar-kit worker --help\n$/);
    expect(code).toBe(2);
  });

  it("ends with exit code 1 for what the library refuses, and never prints a password", async () => {
    const trial = join(newFolder(), "trial.mjs");
    const missing = await called("worker", trial, "--connection", URL_OF);
    expect(missing.error).toMatch(
      /^runWorker: expected file:.*trial\.mjs to be readable, got ENOENT/,
    );
    writeFileSync(trial, "");
    const away = await called("worker", trial, "--connection", `${URL_OF}:${await freePort()}`);
    expect(away.error).toMatch(/expected a connection to redis:\/\/127.*got connect ECONNREFUSED/);
    const wrong = await called("worker", trial, "--connection", URL_OF.replace("redis", "mysql"));
    expect(wrong.error).toMatch(/got one that begins with mysql:/);
    for (const { code, out, error } of [missing, away, wrong]) {
      expect(code).toBe(1);
      expect(out + error).not.toContain("a-secret");
    }
  });
});
