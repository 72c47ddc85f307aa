/**
 * BullMQ on a server: the only place that knows its packages, all of them optional, and the differences between
 * Redis and PostgreSQL.
 */
import type { Queue, QueueEvents, Worker, WorkerOptions } from "bullmq";
import type { Redis } from "ioredis";
import type { Client } from "pg";
import { SourceError } from "../../errors.ts";
import { errorCode } from "../../node/file-errors.ts";
import { optionalPackage } from "../../runtime/optional-package.ts";
import { messageOf } from "../../text/describe.ts";
import type { Address } from "./address.ts";

/** After so long without an answer a connection is taken for broken. */
const SILENCE_MS = 30_000;
/** How long a first connection may take. */
const CONNECT_MS = 10_000;

/** BullMQ's classes, made for one server. */
export interface Server {
  readonly address: Address;
  queue(name: string): Queue;
  events(name: string): QueueEvents;
  /** One that runs nothing by itself: its jobs are fetched. */
  worker(name: string, options: Partial<WorkerOptions>): Worker;
}

/**
 * Loads what it takes, and sees whether the server is there and lets this program in.
 * @throws {SourceError} if a package is missing, or the server cannot be used.
 */
export async function connect(subject: string, address: Address): Promise<Server> {
  const { kind, url } = address;
  const bullmq = await optionalPackage({ subject, name: "bullmq" }, () => import("bullmq"));
  const explained = <T>(action: () => Promise<T>): Promise<T> =>
    action().catch((cause: unknown) => {
      throw unreachable(subject, address, cause);
    });
  if (kind === "redis") {
    const ioredis = await optionalPackage({ subject, name: "ioredis" }, () => import("ioredis"));
    await explained(() =>
      greetRedis(new ioredis.Redis(url, { ...FIRST_REDIS, lazyConnect: true })),
    );
    const connection = { ...LASTING_REDIS, url };
    return {
      address,
      queue: (name) => new bullmq.Queue(name, { connection }),
      events: (name) => new bullmq.QueueEvents(name, { connection }),
      worker: (name, options) => new bullmq.Worker(name, null, { ...options, connection }),
    };
  }
  const pg = await optionalPackage({ subject, name: "pg" }, () => import("pg"));
  await explained(() =>
    greetPostgres(
      new pg.default.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS }),
    ),
  );
  const connection = { ...LASTING_POSTGRES, connectionString: url };
  // The factory stands in the place of the connection's kind, which the classes' types take for Redis.
  const make = bullmq.createPostgresBackend as never;
  return {
    address,
    queue: (name) => new bullmq.Queue(name, { connection }, make),
    events: (name) => new bullmq.QueueEvents(name, { connection }, make),
    worker: (name, options) => new bullmq.Worker(name, null, { ...options, connection }, make),
  };
}

const FIRST_REDIS = { connectTimeout: CONNECT_MS, retryStrategy: () => null } as const;
const LASTING_REDIS = {
  connectTimeout: CONNECT_MS,
  socketTimeout: SILENCE_MS,
  keepAlive: 10_000,
  // Commands wait for the connection; who waits no longer decides that.
  maxRetriesPerRequest: null,
  retryStrategy: (times: number) => Math.min(50 * 2 ** times, 2_000),
};
const LASTING_POSTGRES = {
  // Makes BullMQ's tables in a schema of their own, or brings them up to date.
  migrate: true,
  // A server has a hundred connections by default, and a worker needs two such pools and one that listens.
  max: 2,
  keepAlive: true,
  connectionTimeoutMillis: CONNECT_MS,
  query_timeout: SILENCE_MS,
};

async function greetRedis(client: Redis): Promise<void> {
  // What an event tells, the promise tells, too.
  let reason: unknown;
  client.on("error", (error) => (reason = error));
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw reason ?? error;
  } finally {
    client.disconnect();
  }
}

async function greetPostgres(client: Client): Promise<void> {
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("SELECT 1");
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** What refuses a password or a database, as Redis's words and PostgreSQL's codes. */
const REFUSALS = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|invalid password|DB index))/;
const REFUSAL_CODES = /^(28\w{3}|3D000|42501)$/;

/** Why a server cannot be used. The driver's error is not passed on: it may hold the password. */
export function unreachable(subject: string, address: Address, cause: unknown): SourceError {
  const message = messageOf(cause);
  const isRefused = REFUSALS.test(message) || REFUSAL_CODES.test(errorCode(cause));
  return new SourceError({
    subject,
    expected: `a connection to ${address.shown}`,
    got: address.withoutSecrets(message || errorCode(cause)),
    remedy: isRefused
      ? "look after user, password and database in the URL"
      : "look whether the server runs, and whether this machine reaches it",
  });
}
