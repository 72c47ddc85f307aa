import { spawn } from "node:child_process";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { SourceError } from "../errors.ts";
import { errorCode } from "./file-errors.ts";

/** Options of {@link npmPack}. */
interface NpmPackOptions {
  /** A folder for npm's own cache and the result; the caller removes it. */
  readonly workDir: string;
  /** Called about twice a second with the bytes that have arrived. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Downloads a package's tarball with the user's own npm, so that the user's registry, proxy,
 * certificates and tokens count. Installs nothing and runs no script of the package.
 * @param spec an exact version, e.g. `"name@1.2.3"`.
 * @returns the path of the `.tgz` file.
 * @throws {SourceError} if there is no npm, or npm cannot get the package.
 */
export async function npmPack(
  spec: string,
  { workDir, onBytes = () => undefined }: NpmPackOptions,
): Promise<string> {
  // A cache of its own: the size of what is in it is the only sign of progress that npm gives, and
  // the user's cache need not keep a second copy.
  const cache = join(workDir, "npm-cache");
  const destination = join(workDir, "npm-pack");
  await mkdir(cache);
  await mkdir(destination);
  // What onBytes throws waits here until npm is done: unheard, it would end the process.
  let reports: Promise<unknown> = Promise.resolve();
  const poll = setInterval(() => {
    reports = Promise.all([reports, folderSize(cache).then(onBytes, () => undefined)]);
    reports.catch(() => undefined);
  }, 500);
  try {
    const options = "--ignore-scripts --loglevel=error --json".split(" ");
    await runNpm(["pack", spec, ...options, "--cache", cache, "--pack-destination", destination]);
  } finally {
    clearInterval(poll);
  }
  await reports;
  const tarball = (await readdir(destination)).find((name) => name.endsWith(".tgz"));
  if (!tarball) throw failed(`npm to write the tarball of ${spec}`, "no file");
  return join(destination, tarball);
}

async function runNpm(args: readonly string[]): Promise<void> {
  // On Windows npm is a script, which only a shell can start; the arguments hold no quotes.
  const shell = process.platform === "win32";
  const quoted = shell ? args.map((arg) => `"${arg}"`) : args;
  const child = spawn("npm", quoted, { shell, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-4000);
  });
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on("close", (exitCode, signal) => {
      resolve(exitCode ?? signal ?? "unknown");
    });
    child.on("error", (cause) => {
      const got = errorCode(cause) === "ENOENT" ? "no npm on the PATH" : cause.message;
      reject(failed("the npm command", got, cause));
    });
  });
  if (code !== 0) {
    const words = stderr
      .trim()
      .split(/\s*\n\s*/)
      .slice(0, 4)
      .join(" / ");
    throw failed("npm to fetch the package", `exit code ${code}: ${words || "no message"}`);
  }
}

/** Bytes of all files below `folder`; files may come and go meanwhile. */
async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

function failed(expected: string, got: string, cause?: unknown): SourceError {
  return new SourceError({
    subject: "cifar10Source",
    expected,
    got,
    remedy:
      "check the network and that `npm ping` works, " +
      "or pass { from: 'toronto' } or a folderSource(path)",
    cause,
  });
}
