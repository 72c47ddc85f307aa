/** A run on another machine that is suspended, taken for dead, replaced, and goes on: SIGSTOP and SIGCONT. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CheckpointStore } from "cifar-kit";
import { fileCheckpointStore } from "cifar-kit/node";
import { postgresCheckpointStore } from "cifar-kit/postgres";
import { Cluster } from "../postgres/cluster.ts";
import { MemoryStore } from "../train/checkpoint/memory-store.ts";
import { movingRun } from "./moving-run.ts";

const PROGRAM = fileURLToPath(new URL("moving-run.ts", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "cifar-kit-replaced-"));
let cluster: Cluster;
let undisturbed: string;
beforeAll(async () => {
  cluster = await Cluster.start();
  undisturbed = await movingRun(new MemoryStore());
});
afterAll(() => {
  cluster.remove();
  rmSync(root, { recursive: true, force: true });
});

/** A run in a place; process numbers are its own there, so that nobody here can ask whether it is gone. */
class Elsewhere {
  readonly #child: ChildProcess;
  #output = "";
  readonly ended: Promise<string>;

  constructor(...args: string[]) {
    const node = [process.execPath, "--import", "tsx", PROGRAM, ...args];
    this.#child = spawn("unshare", ["--pid", "--fork", "--kill-child", ...node], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child.stdout!.on("data", (data: Buffer) => (this.#output += data.toString()));
    this.ended = new Promise((resolve) => {
      this.#child.on("close", () => {
        resolve(this.#output.trim().split("\n").at(-1)!);
      });
    });
  }

  /** Resolves when it has made some steps. */
  async isUnderWay(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#child.stdout!.on("data", () => {
        if (this.#output.split("step").length > 8) resolve();
      });
      void this.ended.then(() => {
        resolve();
      });
    });
  }

  /** Sends a signal to the process of the run. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    const pid = this.#child.pid!;
    const child = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    process.kill(Number(child), name);
  }
}

interface Place {
  readonly args: readonly string[];
  /** The store as the next machine opens it. */
  readonly next: () => CheckpointStore;
  /** What is there. */
  readonly content: () => unknown;
}

const places: Record<string, () => Place> = {
  "a folder": () => {
    const folder = join(root, "folder");
    mkdirSync(folder);
    return {
      args: ["folder", folder],
      next() {
        // Two minutes without a sign of life, by the clock of the file system.
        const past = new Date(Date.now() - 130_000);
        utimesSync(join(folder, "lock.json"), past, past);
        return fileCheckpointStore(folder);
      },
      content: () =>
        readdirSync(folder)
          .filter((name) => name.startsWith("checkpoint-"))
          .sort()
          .map((name) => [name, readFileSync(join(folder, name), "hex")]),
    };
  },
  PostgreSQL: () => ({
    args: ["postgres", cluster.address()],
    next: () =>
      postgresCheckpointStore({ connection: cluster.address(), run: "moving", patience: 0 }),
    content: () =>
      cluster.sql("SELECT name, md5(bytes), written FROM cifar_kit_checkpoints ORDER BY name"),
  }),
};

describe.each(Object.entries(places))("a run in %s", (_, newPlace) => {
  it("that was replaced while it was suspended is refused, and its successor has its bits", async () => {
    const { args, next, content } = newPlace();
    const first = new Elsewhere(...args);
    await first.isUnderWay();
    first.signal("SIGSTOP");
    const store = next();
    // The successor's claim stays, as that of a run that goes on.
    const kept: CheckpointStore = {
      open: async () => Object.assign(await store.open(), { close: () => Promise.resolve() }),
    };
    expect(await movingRun(kept)).toBe(undisturbed);
    const before = content();
    first.signal("SIGCONT");
    expect(await first.ended).toMatch(
      /^SourceError: \w+: expected .* for this run alone, got another run in it: process \d+ on .*; start this one again when the other has ended/,
    );
    expect(content()).toEqual(before);
  });
});

it("says that a disk is full, and keeps what was there", async () => {
  const folder = join(root, "small");
  mkdirSync(folder);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder]);
  try {
    const store = await fileCheckpointStore(folder).open();
    await store.write("a", new Uint8Array(100_000).fill(1));
    await expect(store.write("b", new Uint8Array(300_000))).rejects.toThrow(
      /ENOSPC.*; free some space on the disk/,
    );
    expect(await store.list()).toEqual(["a"]);
    expect(Buffer.from(await store.read("a")).every((byte) => byte === 1)).toBe(true);
    // And with some space it goes on.
    await store.remove("a");
    await store.write("b", new Uint8Array(100_000));
    await store.close();
  } finally {
    execFileSync("umount", [folder]);
  }
});
