import { inspect } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, SourceError } from "cifar-kit";
import { postgresCheckpointStore } from "cifar-kit/postgres";
import { itKeepsTheContract } from "../train/checkpoint/store-contract.ts";
import { Cluster, PASSWORD } from "./cluster.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => {
  cluster.remove();
});

let runs = 0;
const newRun = (): string => `run ${++runs}`;
const NAME = "checkpoint-00000001.ckpt";
const BYTES = Uint8Array.of(1, 2, 3);
const store = (run: string, connection = cluster.address(), patience?: number) =>
  postgresCheckpointStore({ connection, run, ...(patience !== undefined && { patience }) });
/** What an action is refused with, in all detail. */
async function errorOf(action: () => Promise<unknown>): Promise<Error> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was refused");
}

describe("postgresCheckpointStore", () => {
  itKeepsTheContract(() => {
    const run = newRun();
    return {
      store: () => store(run),
      // As after two minutes without a sign of life.
      forget: () => {
        cluster.sql(
          `UPDATE cifar_kit_runs SET seen = seen - interval '121 seconds' WHERE run = '${run}'`,
        );
      },
    };
  });

  it("counts its owners, and keeps the count when nobody has it", async () => {
    const run = newRun();
    for (let time = 0; time < 3; time++) await (await store(run).open()).close();
    const row = `SELECT claim, owner IS NULL FROM cifar_kit_runs WHERE run = '${run}'`;
    expect(cluster.sql(row)).toBe("3|t");
  });

  it("is taken over at once from a process of this machine that is gone", async () => {
    const run = newRun();
    await (await store(run).open()).close();
    const gone = { pid: 1, started: "0", space: "elsewhere", host: "h", token: "t" };
    const leave = (owner: object): string =>
      cluster.sql(
        `UPDATE cifar_kit_runs SET owner = '${JSON.stringify(owner)}' WHERE run = '${run}'`,
      );
    leave(gone);
    await expect(store(run).open()).rejects.toThrow(/another run in process 1 on h; wait for/);
    const first = await store(run, cluster.address(), 0).open();
    const token = cluster.sql(`SELECT owner FROM cifar_kit_runs WHERE run = '${run}'`);
    leave({ ...(JSON.parse(token) as object), started: "0", token: "t" });
    const second = await store(run).open();
    await expect(first.write(NAME, BYTES)).rejects.toThrow(/for this run alone/);
    await second.close();
  });

  it("is taken over at once with patience 0, and the earlier owner is refused", async () => {
    const run = newRun();
    const first = await store(run, cluster.address(), 0).open();
    const second = await store(run, cluster.address(), 0).open();
    await expect(first.write(NAME, BYTES)).rejects.toThrow(
      `postgresCheckpointStore: expected run "${run}" of the database "postgres" for this run alone, ` +
        `got another run in it: process ${process.pid} on `,
    );
    await second.write(NAME, BYTES);
    await second.close();
    await first.close();
  });

  it("takes a pool, and leaves it open", async () => {
    const pool = new pg.Pool({ connectionString: cluster.address(), max: 2 });
    const run = newRun();
    const opened = await postgresCheckpointStore({ connection: pool, run }).open();
    await opened.write(NAME, BYTES);
    expect([...(await opened.read(NAME))]).toEqual([...BYTES]);
    await opened.close();
    expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await pool.end();
  });

  it("makes its tables once, whoever comes first", async () => {
    cluster.sql("CREATE DATABASE many");
    const opened = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store(`${i}`, cluster.address("many")).open()),
    );
    for (const one of opened) await one.close();
    expect(cluster.sql("SELECT count(*) FROM cifar_kit_runs", "many")).toBe("8");
  });

  it("needs no more than the rights to use the tables, once they are there", async () => {
    const [owner, run] = [await store("any").open(), newRun()];
    await owner.close();
    cluster.sql(`CREATE USER worker PASSWORD '${PASSWORD}'`);
    const address = cluster.address("postgres", "worker");
    await expect(store(run, address).open()).rejects.toThrow(
      /permission denied .*; let its user create tables/,
    );
    const tables = "cifar_kit_runs, cifar_kit_checkpoints";
    cluster.sql(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables} TO worker`);
    const opened = await store(run, address).open();
    await opened.write(NAME, BYTES);
    await opened.close();
    cluster.sql("CREATE DATABASE bare");
    await expect(store(run, cluster.address("bare", "worker")).open()).rejects.toThrow(
      /can be given its tables, got permission denied .*; let its user create tables/,
    );
  });

  it("forgets a run whose row is deleted, and refuses its owner", async () => {
    const run = newRun();
    const opened = await store(run).open();
    await opened.write(NAME, BYTES);
    cluster.sql(`DELETE FROM cifar_kit_runs WHERE run = '${run}'`);
    expect(await opened.list()).toEqual([]);
    await expect(opened.write(NAME, BYTES)).rejects.toThrow(SourceError);
    await opened.close();
  });

  it("refuses options that are none", () => {
    const wrong = (options: object) => () => postgresCheckpointStore(options as never);
    expect(wrong({ connection: cluster.address() })).toThrow(/run to be a text/);
    expect(wrong({ connection: cluster.address(), run: "" })).toThrow(ArgumentError);
    expect(wrong({ connection: cluster.address(), run: "a\0" })).toThrow(ArgumentError);
    expect(wrong({ connection: 5, run: "a" })).toThrow(/connection to be the address/);
    expect(wrong({ connection: cluster.address(), run: "a", patience: -1 })).toThrow(/patience/);
  });
});

describe("a server that goes away under way", () => {
  it("is waited for while it starts anew, and nothing is lost", async () => {
    const opened = await store(newRun()).open();
    await opened.write(NAME, BYTES);
    cluster.stop("fast");
    const writing = opened.write("checkpoint-00000002.ckpt", BYTES);
    cluster.run();
    await writing;
    expect([...(await opened.list())].sort()).toEqual([NAME, "checkpoint-00000002.ckpt"]);
    await opened.close();
  });

  it("has what was written when it loses its power, whatever its users want", async () => {
    // Only to be told from a server that always waits for its disk, a loss of which the control shows.
    cluster.sql("ALTER SYSTEM SET synchronous_commit = 'off'");
    cluster.sql("SELECT pg_reload_conf()");
    const opened = await store(newRun()).open();
    expect(cluster.sql("SHOW synchronous_commit")).toBe("off");
    await opened.write(NAME, BYTES);
    cluster.sql("CREATE TABLE control AS SELECT 1");
    cluster.stop("immediate");
    cluster.run();
    expect(cluster.sql("SELECT to_regclass('control') IS NULL")).toBe("t");
    expect([...(await opened.read(NAME))]).toEqual([...BYTES]);
    await opened.close();
  });
});

describe("what connection says", () => {
  it("is in no error: neither in its message nor in what a console shows of it", async () => {
    const hidden = "hidden-pass";
    const run = newRun();
    const failing: Record<string, [string, RegExp]> = {
      password: [
        cluster.address("postgres", "postgres", hidden),
        /password authentication failed.*; see to the user and the password/,
      ],
      user: [cluster.address("postgres", "nobody", hidden), /; see to the user and the password/],
      database: [cluster.address("none"), /"none" does not exist; create it/],
      port: [`postgres://me:${hidden}@127.0.0.1:1/db`, /ECONNREFUSED.*; see that the server runs/],
      host: [`postgres://me:${hidden}@no.such.host.invalid/db`, /; see that the server runs/],
      certificate: [`${cluster.address()}?sslrootcert=/no/such/file`, /no\/such\/file/],
      encryption: [`${cluster.address()}?sslmode=verify-full`, /does not support SSL/],
    };
    for (const [what, [address, message]] of Object.entries(failing)) {
      const error = await errorOf(() => store(run, address).open());
      expect(error, what).toBeInstanceOf(SourceError);
      expect(error.message, what).toMatch(message);
      for (const secret of [hidden, PASSWORD, encodeURIComponent(PASSWORD)]) {
        expect(inspect(error, { depth: 20, showHidden: true }), what).not.toContain(secret);
      }
    }
    for (const address of [
      `postgres://me:${hidden}@ho st:x/db`,
      `mysql://me:${hidden}@h/db`,
      hidden,
    ]) {
      const error = await errorOf(() => Promise.resolve().then(() => store(run, address)));
      expect(error).toBeInstanceOf(ArgumentError);
      expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(hidden);
    }
  });
});
