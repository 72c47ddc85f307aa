/** Redis and PostgreSQL as a test needs them: Debian's, on ports and in folders of their own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Cluster } from "../postgres/cluster.ts";
import { debian } from "./debian.ts";
import { freePort, listening } from "./ports.ts";

/** A server that a test has started. */
export interface TestServer {
  readonly url: string;
  /** The same with a password that is not the server's. */
  readonly wrongUrl: string;
  /** Ends it, in order or as a loss of power does, and starts it again when this has come true. */
  restart(how: "in order" | "at once", whenTrue: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a server in a folder, with more environment variables than its own. */
type Start = (root: string, env?: Record<string, string>) => Promise<TestServer>;

/** The kinds of servers, by the names that tests have. */
export const SERVERS: Readonly<Record<"Redis" | "PostgreSQL", Start>> = {
  Redis: startRedis,
  PostgreSQL: startPostgres,
};

/** Everything on the disk before it answers, and a password. */
async function startRedis(root: string, env: Record<string, string> = {}): Promise<TestServer> {
  await debian("/usr/bin/redis-server", "redis-server");
  const folder = join(root, "redis");
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const flags = ["--port", String(port), "--bind", "0.0.0.0", "--dir", folder, "--save", ""];
  const safe = ["--requirepass", "a secret", "--appendonly", "yes", "--appendfsync", "always"];
  const start = (): ChildProcess =>
    spawn("redis-server", [...flags, ...safe], {
      stdio: "ignore",
      env: { ...process.env, ...env },
    });
  let server = start();
  await listening(port);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill(signal);
    await ended;
  };
  return {
    url: `redis://:a%20secret@127.0.0.1:${port}`,
    wrongUrl: `redis://:another%20secret@127.0.0.1:${port}`,
    async restart(how, whenTrue) {
      await end(how === "in order" ? "SIGTERM" : "SIGKILL");
      await whenTrue();
      server = start();
      await listening(port);
    },
    stop: () => end("SIGTERM"),
  };
}

/** A cluster of its own. */
async function startPostgres(_: string, env?: Record<string, string>): Promise<TestServer> {
  const cluster = await Cluster.start({ env });
  return {
    url: cluster.address(),
    wrongUrl: cluster.address("postgres", "postgres", "another secret"),
    async restart(how, whenTrue) {
      cluster.stop(how === "in order" ? "fast" : "immediate");
      await whenTrue();
      cluster.run();
    },
    stop: () => {
      cluster.remove();
      return Promise.resolve();
    },
  };
}
