import { describe, expect, it } from "vitest";
import { ArgumentError } from "cifar-kit";
import { bullmq, runWorker } from "cifar-kit/study/bullmq";
import { readAddress } from "../../src/study/bullmq/address.ts";
import { Bell } from "../../src/study/bullmq/bell.ts";
import {
  decodeProgress,
  encodeProgress,
  isOutcome,
  isTrialData,
} from "../../src/study/bullmq/messages.ts";
import { isAway, patiently, within } from "../../src/study/bullmq/patiently.ts";
import { EventEmitter } from "node:events";

const read = (value: unknown) => readAddress("bullmq", "connection", value);

describe("the URL of a server", () => {
  it.each([
    ["redis://host", "redis", "redis://host"],
    ["redis://me:secret@host:6380/2?password=secret", "redis", "redis://host:6380/2"],
    ["rediss://:secret@host", "redis", "rediss://host"],
    ["postgres://me:secret@host/base?sslpassword=secret", "postgres", "postgres://host/base"],
    ["postgresql://me:secret@%2Fvar%2Frun/base", "postgres", "postgresql://%2Fvar%2Frun/base"],
  ])("is shown without what is secret: %s", (url, kind, shown) => {
    const address = read(url);
    expect(address).toMatchObject({ kind, shown, url });
    expect(read(new URL(url)).shown).toBe(shown);
  });

  it.each([
    "secret",
    "mysql://me:secret@host",
    "redis//me:secret@host",
    "http://secret@host",
    5,
    null,
  ])("is refused without a word of it: %s", (value) => {
    expect(() => read(value)).toThrow(ArgumentError);
    expect(() => read(value)).toThrow(/expected connection to be the URL of a Redis or PostgreSQL/);
    expect(() => read(value)).not.toThrow(/secret/);
  });

  it("is taken out of what a driver says, whole, as it stands there and as it is meant", () => {
    const { withoutSecrets, url } = read("postgres://me:p%40ss+word@host/base?sslkey=k3y-file");
    expect(withoutSecrets(`no ${url} with p%40ss+word, p@ss+word, k3y-file`)).toBe(
      "no *** with ***, ***, ***",
    );
  });
});

describe("the options", () => {
  const connection = "redis://host";

  it.each<[string, object]>([
    ["no server", {}],
    ["a queue without a name", { connection, queue: "" }],
    ["a queue with a colon, which BullMQ keeps for itself", { connection, queue: "a:b" }],
    ["checkpoints that are no path", { connection, checkpoints: "s3://bucket" }],
    ["a folder that is no path", { connection, folder: 5 }],
    ["no workers", { connection, workers: 0 }],
    ["an unknown option", { connection, concurrency: 2 }],
  ])("of an engine are refused: %s", (_, options) => {
    expect(() => bullmq(options as never)).toThrow(ArgumentError);
  });

  it.each<[string, object]>([
    ["a trial that is no URL", { connection, trial: "trial.js" }],
    ["no trial", { connection }],
    ["no patience", { connection, trial: new URL(import.meta.url), patience: 0 }],
  ])("of a worker are refused: %s", async (_, options) => {
    await expect(runWorker(options as never)).rejects.toThrow(ArgumentError);
  });
});

describe("what program and workers say", () => {
  it("keeps every bit of a report, also of numbers that JSON cannot say", () => {
    const logs = { loss: 0.1 + 0.2, a: NaN, b: -Infinity, c: 5e-324, __proto_: 1 };
    const progress = { ticket: "t", worker: "w", epochs: 3, logs };
    const sent: unknown = JSON.parse(JSON.stringify(encodeProgress(progress)));
    expect(decodeProgress(sent)).toEqual(progress);
  });

  it.each([undefined, 0, 50, null, [], {}, { ticket: 1, epochs: 1, logs: {} }, "text"])(
    "is not made of the progress of other programs: %j",
    (progress) => {
      expect(decodeProgress(progress)).toBeUndefined();
    },
  );

  it("is told from the jobs and return values of other programs", () => {
    const work = { trial: "file:///t.js", id: 0, number: 0, params: { x: 1 }, seed: 1 };
    const data = { release: "1", study: "s", module: "m", checkpoints: null, work };
    expect(isTrialData(data)).toBe(true);
    for (const other of [
      null,
      5,
      {},
      { ...data, module: 5 },
      { ...data, work: { ...work, id: -1 } },
    ]) {
      expect(isTrialData(other)).toBe(false);
    }
    expect(isTrialData({ ...data, work: { ...work, params: "x" } })).toBe(false);
    expect(isOutcome({ kind: "value", value: 0.5 })).toBe(true);
    expect(isOutcome({ kind: "stopped" })).toBe(true);
    for (const other of [null, "value", { kind: "value" }, { kind: "lost", error: "x" }]) {
      expect(isOutcome(other)).toBe(false);
    }
  });
});

describe("patience", () => {
  const address = read("redis://host");

  it("tries again while the server is away, and tells everything else", async () => {
    let attempts = 0;
    const away = Object.assign(new Error("x"), { code: "ECONNRESET" });
    const done = patiently(address, () => {
      return ++attempts < 3 ? Promise.reject(away) : Promise.resolve(attempts);
    });
    expect(await done).toBe(3);
    const wrong = new Error("WRONGTYPE");
    await expect(patiently(address, () => Promise.reject(wrong))).rejects.toBe(wrong);
  });

  it("ends with its signal, at once", async () => {
    const away = new Error("Connection is closed.");
    expect(isAway(away)).toBe(true);
    const signal = AbortSignal.abort();
    await expect(patiently(address, () => Promise.reject(away), signal)).rejects.toBe(away);
  });

  it("does not wait for an answer that never comes", async () => {
    const silent = within(1, () => new Promise(() => undefined));
    await expect(silent).rejects.toSatisfy(isAway);
  });
});

describe("a bell", () => {
  it("wakes whoever listens for that job, also if it rang before they waited", async () => {
    const events = new EventEmitter();
    const bell = new Bell(events as never);
    const listener = bell.listen("1");
    events.emit("progress", { jobId: "1" });
    await listener.next();
    listener.forget();
    const next = listener.next();
    events.emit("completed", { jobId: "2" });
    events.emit("completed", { jobId: "1" });
    await next;
    listener.forget();
    await listener.next(AbortSignal.abort());
  });
});
