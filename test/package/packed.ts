/** The package as npm would publish it, installed into a folder of its own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const { peerDependencies, devDependencies } = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
) as Record<"peerDependencies" | "devDependencies", Record<string, string>>;

/** Runs npm, or a program that npm brings, and gives what it prints. */
function npm(command: "npm" | "npx", args: readonly string[], cwd: string): string {
  return execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32",
  });
}

/** What `npm pack` made. */
export interface Packed {
  /** The tarball. */
  readonly path: string;
  /** Bytes of the tarball. */
  readonly size: number;
  readonly files: readonly string[];
}

/** Builds the package and packs it into a folder. */
export function pack(folder: string): Packed {
  const printed = npm("npm", ["pack", "--json", "--pack-destination", folder], ROOT);
  // The build, which npm runs first, prints too.
  const [made] = JSON.parse(printed.slice(printed.search(/^\[\s*\{/m))) as [
    { filename: string; size: number; files: { path: string }[] },
  ];
  return {
    path: join(folder, made.filename),
    size: made.size,
    files: made.files.map(({ path }) => path),
  };
}

/** Makes a folder with nothing in it but the tarball's package, its peers and further packages. */
export function install(
  { path }: Packed,
  folder: string,
  peers: readonly (keyof typeof peerDependencies)[],
  further: readonly string[] = [],
): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const packages = [
    path,
    ...peers.map((name) => `${name}@${peerDependencies[name]}`),
    ...further.map((name) => `${name}@${devDependencies[name]}`),
  ];
  npm("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...packages], folder);
}

/** The path of a Node of some release, which npm's package `node` brings. */
export function nodeBinary(release: string, folder: string): string {
  const printPath = ["-e", "console.log(process.execPath)"];
  return npm("npx", ["-y", "-p", `node@${release}`, "node", ...printPath], folder).trim();
}
