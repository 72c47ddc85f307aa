/** Redis and PostgreSQL as a test needs them: Debian's, on ports and in folders of their own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { debian } from "./debian.ts";

/** A server that a test has started. */
export interface TestServer {
  readonly url: string;
  /** The same with a password that is not the server's. */
  readonly wrongUrl: string;
  /** Ends it in order, or by SIGKILL, and starts it again some time later. */
  restart(signal: "SIGTERM" | "SIGKILL", awayMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** The kinds of servers, by the names that tests have. */
export const SERVERS: Readonly<Record<string, (root: string) => Promise<TestServer>>> = {
  Redis: startRedis,
  PostgreSQL: startPostgres,
};

/** Its own data folder, everything on the disk before it answers, and a password. */
async function startRedis(root: string): Promise<TestServer> {
  await debian("/usr/bin/redis-server", "redis-server");
  const folder = join(root, "redis");
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "0.0.0.0", "--dir", folder];
  const safe = ["--requirepass", "a secret", "--appendonly", "yes", "--appendfsync", "always"];
  const start = (): ChildProcess =>
    spawn("redis-server", [...flags, ...safe, "--save", ""], { stdio: "ignore" });
  return served(start, port, "SIGTERM", (password) => `redis://:${password}@127.0.0.1:${port}`);
}

/** A cluster of its own with one user, who has a password, and a database. */
async function startPostgres(root: string): Promise<TestServer> {
  await debian("/usr/lib/postgresql", "postgresql");
  const [release] = readdirSync("/usr/lib/postgresql").sort((a, b) => Number(b) - Number(a));
  const bin = join("/usr/lib/postgresql", release, "bin");
  const folder = join(root, "postgres");
  mkdirSync(folder, { recursive: true });
  // It refuses to run as root.
  const account = process.getuid?.() === 0 ? accountOf("postgres") : undefined;
  if (account) {
    chownSync(folder, account.uid, account.gid);
    chmodSync(root, 0o755);
  }
  const [data, secret] = [join(folder, "data"), join(folder, "secret")];
  writeFileSync(secret, "a secret\n");
  chmodSync(secret, 0o644);
  const how = { ...account, stdio: "ignore" } as const;
  const rights = ["-U", "kit", "-A", "scram-sha-256", `--pwfile=${secret}`];
  execFileSync(join(bin, "initdb"), ["-D", data, ...rights], how);
  const port = await freePort();
  const flags = ["-D", data, "-p", String(port), "-k", folder, "-h", "0.0.0.0"];
  writeFileSync(join(data, "pg_hba.conf"), "host all all all scram-sha-256\n");
  const start = (): ChildProcess => spawn(join(bin, "postgres"), flags, how);
  // SIGINT asks for what it calls a fast shutdown; after SIGTERM it would wait for its clients.
  return served(
    start,
    port,
    "SIGINT",
    (password) => `postgres://kit:${password}@127.0.0.1:${port}/postgres`,
  );
}

async function served(
  start: () => ChildProcess,
  port: number,
  gentle: NodeJS.Signals,
  url: (password: string) => string,
): Promise<TestServer> {
  let server = start();
  await listening(port);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill(signal);
    await ended;
  };
  return {
    url: url("a%20secret"),
    wrongUrl: url("another%20secret"),
    async restart(signal, awayMs) {
      await end(signal === "SIGTERM" ? gentle : signal);
      await sleep(awayMs);
      server = start();
      await listening(port);
    },
    stop: () => end(gentle),
  };
}

function accountOf(user: string): { readonly uid: number; readonly gid: number } {
  const [uid, gid] = ["-u", "-g"].map((flag) =>
    Number(execFileSync("id", [flag, user], { encoding: "utf8" })),
  );
  return { uid, gid };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    const socket = connect(port, "127.0.0.1");
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => {
        resolve(true);
      });
      socket.once("error", () => {
        resolve(false);
      });
    });
    socket.destroy();
    if (isThere) return;
    await sleep(100);
  }
  throw new Error(`nobody listens on port ${port}`);
}
