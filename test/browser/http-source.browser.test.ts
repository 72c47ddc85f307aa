import { afterEach, describe, expect, it, vi } from "vitest";
import {
  CIFAR10_CLASS_NAMES,
  CIFAR10_LAYOUT,
  DataError,
  loadRecords,
  type RecordManifest,
  SourceError,
} from "cifar-kit";
import type { HttpProgress, HttpSourceOptions } from "cifar-kit/browser";
import { httpSourceWith } from "../../src/browser/http-source.ts";
import { sha256 } from "../../src/bytes/sha256.ts";

/** Fifty records whose bytes are of no matter; all labels are 0. */
const records = Uint8Array.from({ length: 50 * 3073 }, (_, i) => (i % 3073) % 251);
let count = 0;

/** A manifest with a file that no other test has in the cache. */
async function newManifest(): Promise<{ manifest: RecordManifest; bytes: Uint8Array }> {
  const bytes = records.slice();
  bytes[1] = count++ % 256;
  bytes[2] = performance.timeOrigin % 256;
  bytes[3] = (performance.timeOrigin / 256) % 256;
  const files = [{ name: "few.bin", bytes: bytes.length, sha256: await sha256(bytes) }];
  return {
    bytes,
    manifest: { name: "few", files, layout: CIFAR10_LAYOUT, classNames: CIFAR10_CLASS_NAMES },
  };
}

/** Answers of a server, one request after the other; the last one stays. */
type Answer = (signal: AbortSignal) => Response;
function serve(...answers: Answer[]): ReturnType<typeof vi.fn> {
  let request = 0;
  const server = vi.fn((_url: string, { signal }: { readonly signal: AbortSignal }) => {
    signal.throwIfAborted();
    return Promise.resolve(answers[Math.min(request++, answers.length - 1)](signal));
  });
  vi.stubGlobal("fetch", server);
  return server;
}

const file = (bytes: Uint8Array, init?: ResponseInit) => (): Response =>
  new Response(bytes.slice(), { headers: { "content-type": "application/octet-stream" }, ...init });

/** A body that stops in the middle: with an error, or for ever. */
const half =
  (bytes: Uint8Array, ending: "error" | "silence"): Answer =>
  (signal) =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(bytes.slice(0, bytes.length >> 1));
          signal.addEventListener("abort", () => {
            controller.error(signal.reason);
          });
        },
        pull(controller) {
          if (ending === "error") controller.error(new TypeError("network error"));
        },
      }),
    );

const source = (manifest: RecordManifest, options: Partial<HttpSourceOptions> = {}) =>
  httpSourceWith(
    { baseUrl: "data", files: manifest.files, ...options },
    { backoffMs: 1, idleMs: 300 },
  );

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("httpSource", () => {
  it("fetches a file once, verifies it, and keeps it", async () => {
    const { manifest, bytes } = await newManifest();
    const server = serve(file(bytes));
    const phases: string[] = [];
    const onProgress = ({ phase, bytes: so, totalBytes }: HttpProgress): void => {
      phases.push(phase);
      expect(so).toBeLessThanOrEqual(totalBytes!);
    };
    const set = await loadRecords(source(manifest, { onProgress }), manifest);
    expect(set.length).toBe(50);
    expect(server.mock.calls[0][0]).toBe(new URL("data/few.bin", location.href).href);
    expect(new Set(phases)).toEqual(new Set(["download"]));
    const again = await loadRecords(source(manifest, { onProgress }), manifest);
    expect(again.images).toEqual(set.images);
    expect(phases.at(-1)).toBe("cache");
    expect(server).toHaveBeenCalledTimes(1);
  });

  it("passes on what its callback throws, and does not take that for the network", async () => {
    const { manifest, bytes } = await newManifest();
    const server = serve(file(bytes));
    const onProgress = (): void => {
      throw new Error("broken callback");
    };
    const loading = loadRecords(source(manifest, { onProgress }), manifest);
    await expect(loading).rejects.toThrow("broken callback");
    expect(server).toHaveBeenCalledTimes(1);
  });

  it("keeps nothing if it is not to", async () => {
    const { manifest, bytes } = await newManifest();
    const server = serve(file(bytes));
    await loadRecords(source(manifest, { cache: false }), manifest);
    await loadRecords(source(manifest), manifest);
    expect(server).toHaveBeenCalledTimes(2);
  });

  it("tries again after failures of the network and of the server", async () => {
    const { manifest, bytes } = await newManifest();
    const server = serve(
      half(bytes, "error"),
      () => new Response("", { status: 503 }),
      half(bytes, "silence"),
      file(bytes),
    );
    expect((await loadRecords(source(manifest), manifest)).length).toBe(50);
    expect(server).toHaveBeenCalledTimes(4);
  });

  it("gives up in the end, and says after what", async () => {
    const { manifest, bytes } = await newManifest();
    const server = serve(half(bytes, "error"));
    const loading = loadRecords(source(manifest), manifest);
    await expect(loading).rejects.toBeInstanceOf(SourceError);
    await expect(loading).rejects.toThrow(
      /httpSource: expected to download .*few\.bin, got 4 failures, the last one: network error/,
    );
    expect(server).toHaveBeenCalledTimes(4);
  });

  it("does not try again where there is no such file", async () => {
    const { manifest } = await newManifest();
    const answers: [() => Response, RegExp][] = [
      [() => new Response("", { status: 404 }), /got HTTP status 404; put the file there/],
      [
        () => new Response("<html>", { headers: { "content-type": "text/html" } }),
        /got a web page; put the file there/,
      ],
    ];
    for (const [answer, message] of answers) {
      const server = serve(answer);
      await expect(loadRecords(source(manifest), manifest)).rejects.toThrow(message);
      expect(server).toHaveBeenCalledTimes(1);
    }
  });

  it("asks past the browser's cache when the bytes are wrong, and keeps only right ones", async () => {
    const { manifest, bytes } = await newManifest();
    const wrong = bytes.slice();
    wrong[100] ^= 1;
    const server = serve(file(wrong), file(bytes));
    await loadRecords(source(manifest), manifest);
    expect(server.mock.calls.map(([, init]) => (init as RequestInit).cache)).toEqual([
      undefined,
      "reload",
    ]);
    const bad = await newManifest();
    serve(file(wrong));
    await expect(loadRecords(source(bad.manifest), bad.manifest)).rejects.toBeInstanceOf(DataError);
    const good = serve(file(bad.bytes));
    await loadRecords(source(bad.manifest), bad.manifest);
    expect(good).toHaveBeenCalledTimes(1);
  });

  it("refuses a file that does not end where it should", async () => {
    const { manifest } = await newManifest();
    serve(file(new Uint8Array(200_000)));
    await expect(loadRecords(source(manifest), manifest)).rejects.toThrow(
      /expected at most 153650 bytes .*, got more/,
    );
    serve(file(new Uint8Array(10)));
    await expect(loadRecords(source(manifest), manifest)).rejects.toThrow(
      /153650 bytes in few.bin/,
    );
  });

  it("fetches a kept file again that has been damaged in the browser", async () => {
    const { manifest, bytes } = await newManifest();
    const server = serve(file(bytes));
    await loadRecords(source(manifest), manifest);
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle("cifar-kit")).getDirectoryHandle("data");
    const name = `${manifest.files[0].sha256!.slice(0, 16)}-few.bin`;
    const writer = await (await folder.getFileHandle(name)).createWritable();
    await writer.write(new Uint8Array(3));
    await writer.close();
    await loadRecords(source(manifest), manifest);
    expect(server).toHaveBeenCalledTimes(2);
    await loadRecords(source(manifest), manifest);
    expect(server).toHaveBeenCalledTimes(2);
  });

  it("ends with the signal's reason, before, between and in the middle of a transfer", async () => {
    const { manifest, bytes } = await newManifest();
    const reason = new Error("no longer wanted");
    for (const answer of [half(bytes, "silence"), () => new Response("", { status: 503 })]) {
      serve(answer);
      const controller = new AbortController();
      const patient = httpSourceWith(
        { baseUrl: "data", files: manifest.files, signal: controller.signal },
        { backoffMs: 10_000 },
      );
      const loading = loadRecords(patient, manifest);
      setTimeout(() => {
        controller.abort(reason);
      }, 50);
      await expect(loading).rejects.toBe(reason);
    }
    const aborted = source(manifest, { signal: AbortSignal.abort(reason) });
    await expect(loadRecords(aborted, manifest)).rejects.toBe(reason);
  });

  it("loads the data though they cannot be kept, and says why", async () => {
    const { manifest, bytes } = await newManifest();
    serve(file(bytes));
    const full = vi
      .spyOn(navigator.storage, "getDirectory")
      .mockRejectedValue(new DOMException("", "SecurityError"));
    const database = vi.spyOn(IDBFactory.prototype, "open").mockImplementation(() => {
      throw new DOMException("no more", "QuotaExceededError");
    });
    const problems: Error[] = [];
    const set = await loadRecords(
      source(manifest, { onWarning: (problem) => problems.push(problem) }),
      manifest,
    );
    expect(set.length).toBe(50);
    expect(problems[0]).toBeInstanceOf(SourceError);
    expect(problems[0].message).toMatch(
      /got no room left for this site \(no more\); free some space/,
    );
    full.mockRestore();
    database.mockRestore();
  });

  it("checks its options", () => {
    const call = (options: object) => () => httpSourceWith(options as HttpSourceOptions, {});
    expect(call({})).toThrow(/baseUrl to be an address, got undefined/);
    expect(call({ baseUrl: "http://[" })).toThrow(/baseUrl to be an address/);
    expect(call({ baseUrl: "x", layout: "zip" })).toThrow(/layout to be one of "binary", "npm"/);
    expect(call({ baseUrl: "x", layout: "npm", files: [{ name: "a.bin", bytes: 1 }] })).toThrow(
      /no files with the layout "npm"/,
    );
    expect(call({ baseUrl: "x", files: 5 })).toThrow(/files to be a list/);
    expect(call({ baseUrl: "x", files: [null] })).toThrow(/an options object, got null/);
    expect(call({ baseUrl: "x", onprogress: 1 })).toThrow(/did you mean onProgress/);
    expect(call({ baseUrl: "x", signal: 1 })).toThrow(/an AbortSignal/);
  });
});
