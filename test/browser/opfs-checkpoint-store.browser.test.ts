import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SourceError } from "cifar-kit";
import { opfsCheckpointStore } from "cifar-kit/browser";
import { OpfsFiles } from "../../src/browser/storage/opfs-files.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(["the file system", "the database"])("opfsCheckpointStore in %s", (where) => {
  const isDatabase = where === "the database";
  let name = "";
  let runs = 0;

  beforeEach(() => {
    name = `test-${isDatabase ? "db" : "fs"}-${runs++}-${performance.timeOrigin}`;
    if (isDatabase) {
      vi.spyOn(navigator.storage, "getDirectory").mockRejectedValue(
        new DOMException("private", "SecurityError"),
      );
    }
  });

  it("keeps, replaces, lists, removes and sets aside", async () => {
    const store = await opfsCheckpointStore(name).open();
    expect(store.location).toContain(`${where.slice(4)}, cifar-kit/checkpoints/${name}`);
    expect(await store.list()).toEqual([]);
    await store.write("a.ckpt", bytes(1, 2, 3));
    await store.write("a.ckpt", bytes(4, 5));
    await store.write("b.ckpt", new Uint8Array(3_000_000).fill(7));
    expect(await store.read("a.ckpt")).toEqual(bytes(4, 5));
    expect((await store.read("b.ckpt")).every((value) => value === 7)).toBe(true);
    expect(await store.setAside("a.ckpt")).toBe("a.ckpt.damaged");
    await store.write("a.ckpt", bytes(6));
    expect(await store.setAside("a.ckpt")).toBe("a.ckpt.damaged-2");
    await store.remove("b.ckpt");
    await store.remove("never-there");
    expect([...(await store.list())].sort()).toEqual(["a.ckpt.damaged", "a.ckpt.damaged-2"]);
    await store.close();
    const again = await opfsCheckpointStore(name).open();
    expect(await again.read("a.ckpt.damaged")).toEqual(bytes(4, 5));
    await again.close();
  });

  it("writes the part of an array that it is given, and nothing of the rest of its buffer", async () => {
    const store = await opfsCheckpointStore(name).open();
    await store.write("a", bytes(0, 1, 2, 3).subarray(1, 3));
    expect(await store.read("a")).toEqual(bytes(1, 2));
    await store.close();
  });

  it("belongs to one run at a time, and to the next one after it", async () => {
    const store = await opfsCheckpointStore(name).open();
    const second = opfsCheckpointStore(name).open();
    await expect(second).rejects.toBeInstanceOf(SourceError);
    await expect(second).rejects.toThrow(/for this run alone, got another run that uses it/);
    const other = await opfsCheckpointStore(`${name}-other`).open();
    await other.close();
    await store.close();
    await (await opfsCheckpointStore(name).open()).close();
  });

  it("writes nothing once its claim was taken by force", async () => {
    const store = await opfsCheckpointStore(name).open();
    await store.write("a", bytes(1));
    await navigator.locks.request(
      `cifar-kit:checkpoints/${name}`,
      { steal: true },
      () => undefined,
    );
    await expect(store.write("a", bytes(2))).rejects.toThrow(/took it by force/);
    expect(await store.read("a")).toEqual(bytes(1));
    await store.close();
  });

  it("says what is missing", async () => {
    const store = await opfsCheckpointStore(name).open();
    await expect(store.read("nothing")).rejects.toBeInstanceOf(SourceError);
    await expect(store.read("nothing")).rejects.toThrow(/opfsCheckpointStore: .*nothing, got/);
    await store.close();
  });
});

describe("opfsCheckpointStore", () => {
  it("refuses names that are none", () => {
    for (const name of ["", "a/b", ".hidden", "ä", 7, undefined]) {
      expect(() => opfsCheckpointStore(name as string)).toThrow(/a name of 1 to 100 letters/);
    }
  });

  it("sweeps what a writer that was killed has left, and leaves the rest", async () => {
    const name = `sweep-${performance.timeOrigin}`;
    const first = await opfsCheckpointStore(name).open();
    await first.write("a.ckpt", bytes(1));
    await first.close();
    const root = await navigator.storage.getDirectory();
    let folder = root;
    for (const part of ["cifar-kit", "checkpoints", name]) {
      folder = await folder.getDirectoryHandle(part);
    }
    await folder.getFileHandle(".b.ckpt.tmp", { create: true });
    const second = await opfsCheckpointStore(name).open();
    expect(await second.list()).toEqual(["a.ckpt"]);
    await expect(folder.getFileHandle(".b.ckpt.tmp")).rejects.toThrow();
    await second.close();
  });

  it("says so when somebody deletes what the site keeps while a run goes on", async () => {
    const name = `deleted-${performance.timeOrigin}`;
    const store = await opfsCheckpointStore(name).open();
    await store.write("a.ckpt", bytes(1));
    const root = await navigator.storage.getDirectory();
    const folder = await (
      await root.getDirectoryHandle("cifar-kit")
    ).getDirectoryHandle("checkpoints");
    await folder.removeEntry(name, { recursive: true });
    await expect(store.write("b.ckpt", bytes(2))).rejects.toThrow(
      /NotFoundError.*begin anew: .* somebody deleted what this site keeps/,
    );
    await store.close();
  });

  it("gives up its claim when it cannot be opened", async () => {
    const failure = vi
      .spyOn(OpfsFiles, "open")
      .mockRejectedValueOnce(new DOMException("disk on fire", "UnknownError"));
    const store = opfsCheckpointStore("unopened");
    await expect(store.open()).rejects.toThrow(/got UnknownError \(disk on fire\)/);
    failure.mockRestore();
    await (await store.open()).close();
  });
});
