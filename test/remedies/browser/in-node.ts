/** What the browser's functions say in Node, where some of them work as they do in a page. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, loadRecords, plotHistory, toSvg } from "cifar-kit";
import {
  downloadIO,
  httpSource,
  mountPlot,
  opfsCheckpointStore,
  opfsIO,
  recommendBackend,
} from "cifar-kit/browser";
import { fileSystemIO } from "cifar-kit/node";
import { registerSimdBackend } from "cifar-kit/simd";
import { httpSourceWith } from "../../../src/browser/http-source.ts";
import { SetReceiver } from "../../../src/browser/worker/image-sets.ts";
import { manifestOf, syntheticRecords } from "../../dataset/synthetic.ts";
import { tinyModel } from "../../helpers/tiny.ts";
import { type Trials, wrong } from "../trial.ts";

const FILES = { "a.bin": syntheticRecords(3) };
const manifest = manifestOf(FILES);
const { files } = manifest;
const FOLDER = "https://example.org/cifar-10";

const source = (options: object): unknown => httpSource({ baseUrl: FOLDER, ...options });

type Answer = (response: ServerResponse) => unknown;
const file: Answer = (response) => response.end(FILES["a.bin"]);

/** Loads the records from a server that answers so. */
async function loadFrom(answer: Answer, read?: string): Promise<void> {
  const server = createServer((_, response) => void answer(response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`;
  try {
    const from = httpSourceWith({ baseUrl, files, cache: false }, { maxFailures: 1 });
    await (read === undefined ? loadRecords(from, manifest) : from.read(read));
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Saves a model as a file, and loads it. */
async function saveAsFile(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cifar-kit-remedies-"));
  try {
    await tinyModel().save(fileSystemIO(join(folder, "model")));
    await loadModel(fileSystemIO(join(folder, "model")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const spec = plotHistory({ loss: [2, 1], accuracy: [0.3, 0.5] });
/** A set on its way into the Worker. */
function receive(side: number): void {
  const imageShape = [side, side, 3] as const;
  new SetReceiver().open({ id: 1, labels: new Uint8Array(9), imageShape, classNames: ["a"] });
}

export const trials: Trials = {
  'pass e.g. "{}"': [
    () => source({ baseUrl: "data" }),
    () => {
      source({ baseUrl: FOLDER });
      opfsIO("my-model");
      opfsCheckpointStore("run-1");
    },
  ],
  "save with opfsIO(name) in a Worker, with fileSystemIO(path) of cifar-kit/node in Node": [
    () => downloadIO("mine"),
    saveAsFile,
  ],
  "check the network and the address, then try again": [
    () => loadFrom((response) => response.destroy()),
    () => loadFrom(file),
  ],
  "put the file there, or correct the address": [
    () => loadFrom((response) => response.writeHead(404).end()),
    () => loadFrom(file),
  ],
  "correct the address: there is another file": [
    () => loadFrom((response) => response.end(syntheticRecords(4))),
    () => loadFrom(file),
  ],
  "leave one of the two out": [
    () => source({ layout: "npm", files }),
    () => {
      source({ layout: "npm" });
      source({ files });
    },
  ],
  "write it as text with toSvg of cifar-kit/plots": [
    () => mountPlot(wrong({}), spec),
    () => toSvg(spec),
  ],
  "call registerSimdBackend(), whose backend is the fastest in Node": [
    recommendBackend,
    () => registerSimdBackend(),
  ],
  "use what cifar-kit/node has for files": [() => tinyModel().save(opfsIO("mine")), saveAsFile],
  "train on fewer images, or on smaller ones": [
    () => {
      receive(2 ** 24);
    },
    () => {
      receive(8);
    },
  ],
};
