/**
 * Data for the page: the official files from the cache that `cifar10Source()` of `cifar-kit/node`
 * fills, under `data/`, and a small part of them under `sample/`. A server of your own needs nothing
 * but the same files in the same folders.
 */
import { createHash } from "node:crypto";
import type { Connect, Plugin } from "vite";
import { CIFAR10_MANIFESTS } from "../../src/dataset/cifar10.ts";
import type { RecordFile } from "../../src/dataset/manifest.ts";
import { cifar10Source } from "../../src/node/cifar10-source.ts";

const source = cifar10Source();
/** Every official file, by its name. */
export const OFFICIAL: ReadonlyMap<string, RecordFile> = new Map(
  [...CIFAR10_MANIFESTS.train.files, ...CIFAR10_MANIFESTS.test.files].map((f) => [f.name, f]),
);
const RECORD = 3073;
/** Images in the sample's two files, the first ones of the official files. */
const SAMPLE = {
  "train.bin": ["data_batch_1.bin", 2000],
  "test.bin": ["test_batch.bin", 500],
} as const;

/** An official file; the first one that is missing downloads them all. */
export function officialFile(name: string): Promise<Uint8Array> | undefined {
  const file = OFFICIAL.get(name);
  return file && source.read(name);
}

/** A file of the sample, or the manifest of both; `undefined` if it is none of it. */
async function sampleFile(name: string): Promise<Uint8Array | undefined> {
  if (name in SAMPLE) {
    const [file, count] = SAMPLE[name as keyof typeof SAMPLE];
    return (await officialFile(file))?.subarray(0, count * RECORD);
  }
  if (name !== "manifest.json") return undefined;
  const files = [];
  for (const part of Object.keys(SAMPLE)) {
    const bytes = (await sampleFile(part))!;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    files.push({ name: part, bytes: bytes.length, sha256 });
  }
  return Buffer.from(JSON.stringify({ files }));
}

const answer: Connect.NextHandleFunction = (request, response, next) => {
  const [, folder, name = ""] = /\/(data|sample)\/([\w.]+)(?:\?|$)/.exec(request.url ?? "") ?? [];
  if (folder === undefined) {
    next();
    return;
  }
  const reading = Promise.resolve(folder === "data" ? officialFile(name) : sampleFile(name));
  reading.then(
    (bytes) => {
      // Not the page itself, which a server for single-page programs would answer with.
      if (!bytes) response.writeHead(404).end();
      else {
        response.setHeader("content-type", "application/octet-stream");
        response.setHeader("content-length", bytes.length);
        response.end(bytes);
      }
    },
    (error: unknown) => {
      console.error(error);
      response.writeHead(404).end();
    },
  );
};

/** Serves the data while the page is developed and previewed, and adds the sample to a built page. */
export function serveData(): Plugin {
  return {
    name: "serve-data",
    configureServer: ({ middlewares }) => {
      middlewares.use(answer);
    },
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use(answer);
    },
    async generateBundle() {
      try {
        for (const name of [...Object.keys(SAMPLE), "manifest.json"]) {
          const content = (await sampleFile(name))!;
          this.emitFile({ type: "asset", fileName: `sample/${name}`, source: content });
        }
      } catch (error) {
        this.warn(`The page is built without its sample: ${(error as Error).message}`);
      }
    },
  };
}
