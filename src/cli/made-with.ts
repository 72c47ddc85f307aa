import { version_core } from "@tensorflow/tfjs-core";
import { LIBRARY_VERSION } from "../train/checkpoint/library-version.ts";

/** What a result was made with. */
export const madeWith = (line: string, backend: string) => ({
  command: line,
  made: new Date().toISOString(),
  versions: {
    "cifar-kit": LIBRARY_VERSION,
    "TensorFlow.js": version_core,
    Node: process.versions.node,
  },
  machine: `${process.platform} ${process.arch}, backend ${backend}`,
});

/** The same as facts of a report. */
export const factsMadeWith = ({
  command,
  made,
  versions,
  machine,
}: ReturnType<typeof madeWith>) => {
  const releases = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    ["command", command],
    ["made", made],
    ["with", releases.join(", ")],
    ["on", machine],
  ] as const;
};
