/** A small data set, and the places from which it can be had. */
import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { ByteSource } from "cifar-kit";
import { archiveSource } from "../../../src/node/archive-source.ts";
import { cachedSource } from "../../../src/node/cached-source.ts";
import type { Archive, Network } from "../../../src/node/archive.ts";
import { type Fetcher, torontoFetcher } from "../../../src/node/fetchers.ts";
import { CIFAR10_MANIFESTS } from "../../../src/dataset/cifar10.ts";
import { manifestOf, sha256Hex, syntheticRecords } from "../../dataset/synthetic.ts";
import { tgz } from "../../node/tar-writer.ts";
import { temporaryFolders } from "../../node/temporary-folder.ts";

export const newFolder = temporaryFolders();

const names = [...CIFAR10_MANIFESTS.train.files, ...CIFAR10_MANIFESTS.test.files].map(
  ({ name }) => name,
);
/** The files of CIFAR-10, with an image each. */
export const FILES: Readonly<Record<string, Uint8Array>> = Object.fromEntries(
  names.map((name, i) => [name, syntheticRecords(1, i)]),
);
const { files } = manifestOf(FILES);
const FOLDER = "cifar-10-batches-bin/";
/** The archive that they come in. */
export const ARCHIVE = tgz(
  Object.entries(FILES).map(([name, data]) => ({ name: FOLDER + name, data })),
);

const PLACE: Archive = {
  ...{ url: "https://data.test/a.tar.gz", name: "a.tar.gz", folder: FOLDER, files },
  ...{ bytes: ARCHIVE.length, sha256: sha256Hex(ARCHIVE) },
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});
/** Starts a server on this machine; gives its address. */
export async function serverOf(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const networkAt = (address: string): Network => ({
  backoffMs: 1,
  fetch: (_, init) => fetch(address, init),
});
/** A network in which every address answers with the next of these bytes. */
export async function networkOf(...answers: readonly Uint8Array[]): Promise<Network> {
  let count = 0;
  return networkAt(
    await serverOf((_, response) => {
      response.end(answers[Math.min(count++, answers.length - 1)]);
    }),
  );
}
/** A network without anybody in it. */
export const DEAD = networkAt("http://127.0.0.1:9/");

/** The data set by way of an archive in the cache, as CIFAR-100 is read. */
export const fromArchive = (network: Network, cacheDir = newFolder()): ByteSource =>
  archiveSource(PLACE, {
    ...{ subject: "test", cacheDir, network },
    ...{ onProgress: () => undefined, warn: () => undefined },
  });

/** What reads CIFAR-10 from its authors' archive. */
export function toronto(network: Network): Fetcher {
  return torontoFetcher(PLACE, network);
}

/** The data set by way of the files in the cache, as CIFAR-10 is read. */
export const fromCache = (...fetchers: readonly Fetcher[]): ByteSource =>
  cachedSource({
    ...{ cacheDir: newFolder(), files, fetchers },
    ...{ onProgress: () => undefined, warn: () => undefined },
  });

/** A folder with the unpacked files. */
export function unpacked(): string {
  const folder = newFolder();
  for (const [name, bytes] of Object.entries(FILES)) writeFileSync(join(folder, name), bytes);
  return folder;
}
