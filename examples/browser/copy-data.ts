/** Puts all of CIFAR-10 beside the built page, for its choice "Everything". */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { OFFICIAL, officialFile } from "./serve-data.ts";

const folder = fileURLToPath(new URL("dist/data/", import.meta.url));
await mkdir(folder, { recursive: true });
for (const name of OFFICIAL.keys()) await writeFile(folder + name, (await officialFile(name))!);
console.log(`${OFFICIAL.size} files are in ${folder}`);
