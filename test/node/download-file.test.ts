import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { DataError, SourceError } from "../../src/errors.ts";
import { downloadFile, type DownloadFileOptions } from "../../src/node/download-file.ts";
import { randomStream } from "../../src/random/stream.ts";
import { temporaryFolders } from "./temporary-folder.ts";

const rng = randomStream(0, "test-download");
const FILE = Buffer.from(Uint8Array.from({ length: 200_000 }, () => rng.integer(256)));
const URL_PATH = "https://data.test/file.bin";

type Handler = (request: IncomingMessage, response: ServerResponse, index: number) => void;

const newFolder = temporaryFolders();
let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Outcome {
  readonly bytes: Buffer;
  readonly ranges: (string | undefined)[];
  readonly ifRanges: (string | undefined)[];
}

const TOLD = { subject: "test", remedy: "check the network", onBytes: () => undefined };

/**
 * Downloads FILE from a local server that answers with `handler`. The code asks for https addresses;
 * the `fetch` that it is given takes those of data.test to the server.
 */
async function download(
  handler: Handler,
  options: Partial<DownloadFileOptions> = {},
): Promise<Outcome> {
  const ranges: (string | undefined)[] = [];
  const ifRanges: (string | undefined)[] = [];
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    ifRanges.push(request.headers["if-range"] as string | undefined);
    handler(request, response, ranges.length - 1);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const path = join(newFolder(), "file.bin");
  await downloadFile(URL_PATH, {
    ...TOLD,
    path,
    bytes: FILE.length,
    backoffMs: 1,
    fetch: (url, init) => fetch(url.replace("https://data.test", `http://127.0.0.1:${port}`), init),
    ...options,
  });
  return { bytes: readFileSync(path), ranges, ifRanges };
}

/** An honest server that can send parts; cuts the connection after `cut` bytes of an answer. */
function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { cut = Infinity, etag = '"one"' } = {},
): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const part = FILE.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    etag,
    "content-length": part.length,
    ...(start > 0 && { "content-range": `bytes ${start}-${FILE.length - 1}/${FILE.length}` }),
  });
  if (cut >= part.length) response.end(part);
  else response.write(part.subarray(0, cut), () => setTimeout(() => response.destroy(), 5));
}

describe("downloadFile", () => {
  it("writes the file and reports how it grows", async () => {
    const seen: number[] = [];
    const { bytes, ranges } = await download(
      (q, s) => {
        serve(q, s);
      },
      { onBytes: (n) => seen.push(n) },
    );
    expect(bytes.equals(FILE)).toBe(true);
    expect(ranges).toEqual([undefined]);
    expect(seen.at(-1)).toBe(FILE.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  it("goes on where it stopped when the connection is cut, 20 times over", async () => {
    const { bytes, ranges, ifRanges } = await download((q, s, i) => {
      serve(q, s, { cut: i < 20 ? 5000 : Infinity });
    });
    expect(bytes.equals(FILE)).toBe(true);
    expect(ranges).toHaveLength(21);
    // Each request asks for just the bytes after those that had arrived, of the same version.
    const starts = ranges.slice(1).map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1]));
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(starts[0]).toBeGreaterThan(0);
    expect(ifRanges.slice(1)).toEqual(Array(20).fill('"one"'));
  });

  it("starts anew when the server answers a request for a part with the whole file", async () => {
    const { bytes, ranges } = await download((q, s, i) => {
      if (i > 0) delete q.headers.range;
      serve(q, s, { cut: i === 0 ? 5000 : Infinity });
    });
    expect(bytes.equals(FILE)).toBe(true);
    expect(ranges[1]).toMatch(/^bytes=\d+-$/);
  });

  it.each<[string, Handler]>([
    [
      "sends another part than was asked for",
      (_, s) => {
        s.writeHead(206, { etag: '"one"', "content-range": `bytes 0-9/${FILE.length}` });
        s.end(FILE.subarray(0, 10));
      },
    ],
    [
      "sends a part of a file that has changed",
      (q, s) => {
        serve(q, s, { etag: '"two"' });
      },
    ],
    [
      "says that there is no such part",
      (_, s) => {
        s.writeHead(416).end();
      },
    ],
  ])("starts anew when the server %s", async (_, second) => {
    const { bytes, ranges } = await download((q, s, i) => {
      if (i === 1) second(q, s, i);
      else serve(q, s, { cut: i === 0 ? 5000 : Infinity });
    });
    expect(bytes.equals(FILE)).toBe(true);
    expect(ranges).toHaveLength(3);
    expect(ranges[2]).toBeUndefined();
  });

  it("gives up a connection that stalls, and goes on with another", async () => {
    const { bytes } = await download(
      (q, s, i) => {
        if (i === 0) s.writeHead(200, { "content-length": FILE.length }).write(FILE.subarray(0, 9));
        else serve(q, s);
      },
      { idleMs: 200 },
    );
    expect(bytes.equals(FILE)).toBe(true);
  });

  it.each([500, 503, 429])("tries again after HTTP status %i", async (status) => {
    const { bytes, ranges } = await download((q, s, i) => {
      if (i < 3) s.writeHead(status, { "retry-after": "0" }).end("<html>busy</html>");
      else serve(q, s);
    });
    expect(bytes.equals(FILE)).toBe(true);
    expect(ranges).toHaveLength(4);
  });

  it("ends after five failures in a row and says why", async () => {
    let requests = 0;
    const failing = download((_, s) => {
      requests++;
      s.writeHead(500).end();
    });
    await expect(failing).rejects.toThrow(
      /expected the file https:\/\/data\.test\/file\.bin over https, got HTTP status 500; check/,
    );
    expect(requests).toBe(5);
  });

  it("does not try again where the file is not", async () => {
    let requests = 0;
    const failing = download((_, s) => {
      requests++;
      s.writeHead(404).end();
    });
    await expect(failing).rejects.toThrow(/HTTP status 404/);
    await expect(failing).rejects.toBeInstanceOf(SourceError);
    expect(requests).toBe(1);
  });

  it("refuses a page in the file's place, and more bytes than the file has", async () => {
    const page = download((_, s) => s.end("<html>log in</html>"));
    await expect(page).rejects.toThrow(
      /expected 200000 bytes at .*, got 19, as of .* a page in its place; check the network/,
    );
    await expect(page).rejects.toBeInstanceOf(DataError);
    const longer = download((_, s) => {
      s.write(FILE);
      s.end("more");
    });
    await expect(longer).rejects.toThrow(/got more, as of another file/);
  });

  it("follows redirects, but never to an address without encryption, and not for ever", async () => {
    const redirected = await download((q, s) => {
      if (q.url === "/file.bin") s.writeHead(302, { location: "/elsewhere" }).end();
      else serve(q, s);
    });
    expect(redirected.bytes.equals(FILE)).toBe(true);
    await expect(
      download((_, s) => s.writeHead(302, { location: "http://data.test/file.bin" }).end()),
    ).rejects.toThrow(/the address http:\/\/data\.test\/file\.bin, without encryption/);
    await expect(
      download((_, s) => s.writeHead(302, { location: "/file.bin" }).end()),
    ).rejects.toThrow(/more than 5 redirects/);
  });

  it("does not try again when the callback throws, and passes its error on", async () => {
    let requests = 0;
    const failing = download(
      (q, s) => {
        requests++;
        serve(q, s);
      },
      {
        onBytes: () => {
          throw new RangeError("enough");
        },
      },
    );
    await expect(failing).rejects.toBeInstanceOf(RangeError);
    expect(requests).toBe(1);
  });

  it("says what lies behind a failure of the network", async () => {
    const path = join(newFolder(), "file.bin");
    const options = { ...TOLD, path, bytes: 10, backoffMs: 1, maxFailures: 2 };
    await expect(downloadFile("https://127.0.0.1:9/file.bin", options)).rejects.toThrow(
      /got .*(ECONNREFUSED|bad port|refused)/i,
    );
  });
});
