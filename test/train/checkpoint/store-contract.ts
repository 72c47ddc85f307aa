/** What every store of checkpoints promises: see checkpoint-store.ts in src/train/checkpoint. */
import { beforeEach, expect, it } from "vitest";
import { type CheckpointStore, type OpenCheckpointStore, SourceError } from "cifar-kit";

/** A place of checkpoints. */
export interface Place {
  /** A store there, as any program makes it. */
  store(): CheckpointStore;
  /** Lets the run that has the place count as gone, though it is not. */
  forget(): void | Promise<void>;
}

const NAME = "checkpoint-00000001.ckpt";
const OTHER = "checkpoint-00000002.ckpt";
const bytesOf = (length: number, first = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => first + i * 7);

/** Tests of a store. @param newPlace gives one where nothing is kept. */
export function itKeepsTheContract(newPlace: () => Place | Promise<Place>): void {
  let place: Place;
  const opened: OpenCheckpointStore[] = [];
  const open = async (): Promise<OpenCheckpointStore> => {
    const store = await place.store().open();
    opened.push(store);
    return store;
  };
  /** Of one run the claim has ended, of the other it has not. */
  const takeOver = async (first: OpenCheckpointStore): Promise<OpenCheckpointStore> => {
    await first.write(NAME, bytesOf(3));
    await place.forget();
    return open();
  };
  const isRefused = (change: Promise<unknown>): Promise<void> =>
    expect(change).rejects.toSatisfy(
      (error) => error instanceof SourceError && / for this run alone, got /.test(error.message),
    );

  beforeEach(async () => {
    place = await newPlace();
    return async () => {
      for (const store of opened.splice(0)) await store.close();
    };
  });

  it("is empty at first", async () => {
    const store = await open();
    expect(await store.list()).toEqual([]);
    await expect(store.read(NAME)).rejects.toThrow();
  });

  it.each([0, 1, 255, 300_000])("keeps %i bytes, also when it is given up", async (length) => {
    const first = await open();
    await first.write(NAME, bytesOf(length));
    expect(await first.list()).toEqual([NAME]);
    await first.close();
    const second = await open();
    expect(await second.list()).toEqual([NAME]);
    expect(Buffer.compare(await second.read(NAME), bytesOf(length))).toBe(0);
  });

  it("keeps several, replaces one, and forgets one", async () => {
    const store = await open();
    await store.write(NAME, bytesOf(5));
    await store.write(OTHER, bytesOf(9));
    await store.write(NAME, bytesOf(7, 100));
    expect([...(await store.list())].sort()).toEqual([NAME, OTHER]);
    expect([...(await store.read(NAME))]).toEqual([...bytesOf(7, 100)]);
    await store.remove(OTHER);
    await store.remove(OTHER);
    expect(await store.list()).toEqual([NAME]);
    await expect(store.read(OTHER)).rejects.toThrow();
  });

  it("keeps a part of a larger array as that part", async () => {
    const store = await open();
    await store.write(NAME, bytesOf(20).subarray(4, 9));
    expect([...(await store.read(NAME))]).toEqual([...bytesOf(20).subarray(4, 9)]);
  });

  it("moves something damaged to a new place each time, and keeps it", async () => {
    const store = await open();
    const places = new Set<string>();
    for (let time = 0; time < 3; time++) {
      await store.write(NAME, bytesOf(4, time));
      places.add(await store.setAside(NAME));
      expect(await store.list()).not.toContain(NAME);
    }
    expect(places.size).toBe(3);
  });

  it("belongs to one run at a time", async () => {
    const first = await open();
    await isRefused(place.store().open());
    await first.write(NAME, bytesOf(3));
    await first.close();
    expect(await (await open()).list()).toEqual([NAME]);
  });

  it("refuses every change by a run that was replaced", async () => {
    const first = await open();
    const second = await takeOver(first);
    await isRefused(first.write(OTHER, bytesOf(5)));
    await isRefused(first.write(NAME, bytesOf(5)));
    await isRefused(first.remove(NAME));
    await isRefused(first.setAside(NAME));
    expect(await second.list()).toEqual([NAME]);
    expect([...(await second.read(NAME))]).toEqual([...bytesOf(3)]);
  });

  it("stays with the later run when the earlier one gives it up", async () => {
    const first = await open();
    const second = await takeOver(first);
    await first.close();
    await isRefused(place.store().open());
    await second.write(OTHER, bytesOf(2));
    expect([...(await second.list())].sort()).toEqual([NAME, OTHER]);
  });

  it("refuses all that were replaced, one after the other", async () => {
    const runs = [await open()];
    for (let time = 0; time < 3; time++) runs.push(await takeOver(runs.at(-1)!));
    const last = runs.pop()!;
    for (const run of runs) await isRefused(run.write(OTHER, bytesOf(2)));
    await last.write(OTHER, bytesOf(1));
    expect([...(await last.list())].sort()).toEqual([NAME, OTHER]);
  });

  it("refuses a run that was replaced also when the later one has given it up", async () => {
    const first = await open();
    const second = await takeOver(first);
    await second.close();
    await expect(first.write(OTHER, bytesOf(5))).rejects.toThrow(SourceError);
    expect(await (await open()).list()).toEqual([NAME]);
  });
}
