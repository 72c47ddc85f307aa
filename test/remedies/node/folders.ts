import { fork } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fileCheckpointStore, fileSystemIO, writeFileAtomic } from "cifar-kit/node";
import { type OpenCheckpointStore, saveWeights } from "cifar-kit";
import { tinyModel } from "../../helpers/tiny.ts";
import { type Trial, type Trials, wrong } from "../trial.ts";
import { refusing } from "../../node/refusing.ts";
import { newFolder } from "./network.ts";

const open = (folder: string): Promise<OpenCheckpointStore> => fileCheckpointStore(folder).open();
const save = (store: OpenCheckpointStore): Promise<void> => store.write("a", Uint8Array.of(1));
async function use(folder: string): Promise<void> {
  const store = await open(folder);
  await save(store);
  await store.close();
}
const HOLDER = fileURLToPath(new URL("../../reliability/lock-child.ts", import.meta.url));
let folderOfAnother = "";
/** Does something while another process has a folder. */
async function whileHeld(action: (folder: string) => Promise<unknown>): Promise<unknown> {
  folderOfAnother = newFolder();
  const child = fork(HOLDER, { execArgv: ["--import", "tsx"] });
  const ended = once(child, "exit");
  try {
    await once(child, "message");
    child.send(folderOfAnother);
    await once(child, "message");
    return await action(folderOfAnother);
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}
/** A folder with the lock of a run elsewhere, which nobody here can ask. */
function heldElsewhere(): string {
  const folder = newFolder();
  const holder = { pid: 1, host: "elsewhere", space: "another", token: "t" };
  writeFileSync(join(folder, "lock.json"), JSON.stringify(holder));
  return folder;
}
/** A run, and its folder, of which somebody has deleted the lock. */
async function deleted(): Promise<[OpenCheckpointStore, string]> {
  const folder = newFolder();
  const store = await open(folder);
  rmSync(join(folder, "lock.json"));
  return [store, folder];
}
/** A run that was taken for dead, and the one that has taken its folder over. */
async function takenOver(): Promise<[OpenCheckpointStore, OpenCheckpointStore, string]> {
  const [first, folder] = await deleted();
  return [first, await open(folder), folder];
}
/** Every door that writes; what is there afterwards is whole. */
const doors = {
  checkpoint: use,
  file: (folder: string) => writeFileAtomic(join(folder, "a.txt"), "a"),
  model: (folder: string) => fileSystemIO(folder).save({ modelTopology: {}, weightSpecs: [] }),
};
/** A door is refused new files with this code, and later no more. */
const trouble = (code: string, write: (folder: string) => Promise<unknown>): Trial => [
  () => refusing("open", code, () => write(newFolder())),
  () => write(newFolder()),
];
/** A path below a file, where no folder can be. */
function noFolder(): string {
  const file = join(newFolder(), "file");
  writeFileSync(file, "");
  return join(file, "below");
}

export const trials: Trials = {
  'pass e.g. "runs/checkpoints"': [
    () => fileCheckpointStore(""),
    () => fileCheckpointStore("runs/checkpoints"),
  ],
  "wait for its end, choose another folder, or, if that process is gone, delete {}": [
    () => whileHeld(use),
    async () => {
      await use(folderOfAnother);
      await use(newFolder());
      const folder = heldElsewhere();
      rmSync(join(folder, "lock.json"));
      await use(folder);
    },
  ],
  "start this one again when the other has ended; it was taken for dead, perhaps after a long sleep":
    [
      async () => {
        const [first, second] = await takenOver();
        await save(first).finally(() => Promise.all([first.close(), second.close()]));
      },
      async () => {
        const [first, second, folder] = await takenOver();
        await save(first).catch(() => first.close());
        await second.close();
        await use(folder);
      },
    ],
  "start the run again, and leave its folder alone while it goes on": [
    () => deleted().then(([store]) => save(store).finally(() => store.close())),
    async () => {
      const [store, folder] = await deleted();
      await save(store).catch(() => store.close());
      await use(folder);
    },
  ],
  "free some space on the disk": trouble("ENOSPC", doors.model),
  "free some space within your quota": trouble("EDQUOT", doors.file),
  "choose a folder that you may read and write": trouble("EACCES", doors.checkpoint),
  "choose a folder on a disk that can be written": trouble("EROFS", doors.model),
  "choose another path, or look after the disk": [
    () => doors.model(noFolder()),
    async () => {
      for (const write of Object.values(doors)) {
        await write(noFolder()).catch(async () => {
          await write(newFolder());
        });
      }
    },
  ],
  "pass the file to write": [
    () => writeFileAtomic("", "a"),
    () => writeFileAtomic(join(newFolder(), "a.txt"), "a"),
  ],
  "pass e.g. what saveWeights() gives": [
    () => writeFileAtomic(join(newFolder(), "a"), wrong(5)),
    async () => {
      const path = join(newFolder(), "model.safetensors");
      await writeFileAtomic(path, await saveWeights(tinyModel()));
    },
  ],
};
