/**
 * Data for the page: the official files from the cache that `cifar10Source()` of `cifar-kit/node`
 * fills, under `data/`, and a small part of them under `sample/`. A server of your own needs nothing
 * but the same files in the same folders.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Connect, Plugin } from "vite";

const CACHE = process.env.CIFAR_KIT_CACHE ?? join(homedir(), ".cache", "cifar-kit");
const RECORD = 3073;
/** Images in the sample's two files, the first ones of the official files. */
const SAMPLE = {
  "train.bin": ["data_batch_1.bin", 2000],
  "test.bin": ["test_batch.bin", 500],
} as const;

/** A file of the sample, or the manifest of both; `undefined` if it is none of it. */
function sampleFile(name: string): Buffer | undefined {
  if (name in SAMPLE) {
    const [file, count] = SAMPLE[name as keyof typeof SAMPLE];
    return readFileSync(join(CACHE, file)).subarray(0, count * RECORD);
  }
  if (name !== "manifest.json") return undefined;
  const files = Object.keys(SAMPLE).map((part) => {
    const bytes = sampleFile(part)!;
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { name: part, bytes: bytes.length, sha256 };
  });
  return Buffer.from(JSON.stringify({ files }));
}

const hasData = (): boolean =>
  Object.values(SAMPLE).every(([file]) => existsSync(join(CACHE, file)));

const answer: Connect.NextHandleFunction = (request, response, next) => {
  const [, folder, name] = /\/(data|sample)\/([\w.]+)$/.exec(request.url ?? "") ?? [];
  const path = join(CACHE, basename(name ?? ""));
  const bytes =
    folder === "data" && name.endsWith(".bin") && existsSync(path)
      ? readFileSync(path)
      : folder === "sample" && hasData()
        ? sampleFile(name)
        : undefined;
  if (!bytes) {
    // Not the page itself, which a server for single-page programs would answer with.
    if (folder) response.writeHead(404).end();
    else next();
    return;
  }
  response.setHeader("content-type", "application/octet-stream");
  response.setHeader("content-length", bytes.length);
  response.end(bytes);
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
    generateBundle() {
      if (!hasData()) return;
      for (const name of [...Object.keys(SAMPLE), "manifest.json"]) {
        const source = sampleFile(name)!;
        this.emitFile({ type: "asset", fileName: `sample/${name}`, source });
      }
    },
  };
}
