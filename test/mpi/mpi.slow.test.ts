import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ended, installMpi, run } from "./mpirun.ts";

const PROGRAM = fileURLToPath(new URL("./mpi-process.ts", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "cifar-kit-mpi-"));
const folder = (name: string): string => join(root, name);
const hashes = ({ lines }: Ended): string[] => lines.map((line) => line.slice(3));
let alone: string;

beforeAll(async () => {
  await installMpi();
  // By nobody: a group of one, which needs no MPI.
  const ended = await run(undefined, [PROGRAM, "-"]);
  [alone] = hashes(ended);
  expect(alone, ended.errors).toMatch(/^[\da-f]{64}$/);
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe("processes that mpirun has started", () => {
  it.each([1, 2, 4, 8])("train to the same bits: %i", async (size) => {
    const ended = await run(size, [PROGRAM, "-"]);
    expect(ended.code, ended.errors).toBe(0);
    expect(hashes(ended)).toEqual(Array.from({ length: size }, () => alone));
  });

  it("train to the same bits by MPICH, too", async () => {
    const ended = await run(2, [PROGRAM, "-"], {}, "mpich");
    expect(hashes(ended), ended.errors).toEqual([alone, alone]);
  });

  it("end when one of them is killed; the same command goes on to the same bits, with fewer, too", async () => {
    const saved = folder("killed");
    const killed = await run(4, [PROGRAM, saved, "7", "2"]);
    expect(killed.code).toBe(137);
    expect(killed.errors).toMatch(/exited on signal 9 \(Killed\)/);
    expect(killed.lines).toEqual([""]);
    expect(hashes(await run(2, [PROGRAM, saved]))).toEqual([alone, alone]);
  });

  it("say which of them was started with another seed", async () => {
    const ended = await run(2, [PROGRAM, "-", "8"]);
    expect(ended.code).not.toBe(0);
    expect(ended.errors).toMatch(
      /expected phases\[0\]\.seed to be 7 in all processes.*got 8 in process 1/,
    );
  });

  it("end when one of them ends with an error", async () => {
    const program = folder("error.mts");
    const group = JSON.stringify(fileURLToPath(new URL("../../src/mpi/index.ts", import.meta.url)));
    writeFileSync(
      program,
      `import { mpiGroup } from ${group};
      const group = await mpiGroup();
      if (group.rank === 1) throw new Error("no disk here");
      await group.gather(new Uint8Array(1));`,
    );
    const ended = await run(2, [program]);
    expect(ended.code).not.toBe(0);
    expect(ended.errors).toContain("no disk here");
    expect(ended.errors).toContain("MPI_ABORT was invoked on rank 1");
  });
});

describe("a process that was started as one of several", () => {
  const group = JSON.stringify(fileURLToPath(new URL("../../src/mpi/index.ts", import.meta.url)));
  const say = async (call: string, before = "", environment = {}): Promise<string> => {
    const program = folder("say.mts");
    writeFileSync(
      program,
      `${before}
      const { mpiGroup } = await import(${group});
      try { await mpiGroup(${call}); } catch (error) { console.log(error.message); }`,
    );
    return (await run(undefined, [program], environment)).lines.join("\n");
  };

  it("says that koffi is missing", async () => {
    const hooks = `export const resolve = (name, context, next) => {
      if (name === "koffi") throw new Error("Cannot find package 'koffi'");
      return next(name, context);
    };`;
    const before = `import { register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(${JSON.stringify(hooks)}));`;
    expect(await say("", before, { PMI_RANK: "0" })).toBe(
      "mpiGroup: expected the package koffi, by which Node calls MPI, got Cannot find package 'koffi'; npm install koffi.",
    );
  });

  it("says that MPI is missing", async () => {
    expect(await say(`{ library: "/nowhere/libmpi.so" }`)).toMatch(
      /expected MPI's library, \/nowhere\/libmpi\.so.*No such file.*install e\.g\. Debian's openmpi-bin/,
    );
  });

  it("says that srun has started it without MPI", async () => {
    expect(await say("", "", { SLURM_STEP_NUM_TASKS: "4" })).toBe(
      "mpiGroup: expected processes that know of each other, got 4 that srun has started without MPI; " +
        "start them with srun --mpi=pmix, or with mpirun.",
    );
  });
});
