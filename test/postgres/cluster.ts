/** A PostgreSQL server of one's own: in a temporary folder, on a free port, run as the user postgres. */
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debian } from "../helpers/debian.ts";
import { freePort } from "../helpers/ports.ts";

const RELEASES = "/usr/lib/postgresql";
/** Of the users below. */
export const PASSWORD = "s3cret%w0rd";

/** A server that a test has to itself. */
export class Cluster {
  readonly #root: string;
  readonly #env: Record<string, string>;
  readonly port: number;

  private constructor(root: string, port: number, env: Record<string, string>) {
    this.#root = root;
    this.#env = env;
    this.port = port;
  }

  /** Makes and starts one, which wants a password. @param env more environment variables of the server. */
  static async start({ env = {} }: { env?: Record<string, string> } = {}): Promise<Cluster> {
    await debian("/usr/bin/pg_ctlcluster", "postgresql");
    const root = mkdtempSync(join(tmpdir(), "cifar-kit-postgres-"));
    const cluster = new Cluster(root, await freePort(), env);
    if (isRoot) execFileSync("chown", ["postgres:", root]);
    cluster.#program("initdb", "-D", cluster.#data, "-A", "trust", "--no-sync", "-E", "UTF8");
    appendFileSync(
      join(cluster.#data, "postgresql.conf"),
      `port = ${cluster.port}\nlisten_addresses = '0.0.0.0'\nunix_socket_directories = '${root}'\n` +
        "shared_buffers = 16MB\nwal_writer_delay = 10s\nmax_connections = 400\n",
    );
    cluster.run();
    cluster.sql(`ALTER USER postgres PASSWORD '${PASSWORD}'`);
    writeFileSync(
      join(cluster.#data, "pg_hba.conf"),
      "local all all trust\nhost all all all scram-sha-256\n",
    );
    cluster.#program("pg_ctl", "reload", "-D", cluster.#data);
    return cluster;
  }

  /** The address of a database, for its owner or another user. */
  address(database = "postgres", user = "postgres", password = PASSWORD): string {
    return `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** Starts the server. */
  run(): void {
    this.#program("pg_ctl", "start", "-w", "-D", this.#data, "-l", join(this.#root, "log"));
  }

  /** Ends it: `"fast"` in good order, `"immediate"` as a loss of power does, as far as it goes. */
  stop(mode: "fast" | "immediate"): void {
    this.#program("pg_ctl", "stop", "-w", "-D", this.#data, "-m", mode);
  }

  /** Runs commands as their user types them; gives what they print. */
  sql(commands: string, database = "postgres"): string {
    const args = ["-h", this.#root, "-p", String(this.port), "-d", database, "-Atqc", commands];
    return this.#program("psql", ...args).trim();
  }

  /** Ends it and removes all of it. */
  remove(): void {
    this.stop("immediate");
    rmSync(this.#root, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#root, "data");
  }

  #program(name: string, ...args: string[]): string {
    const release = readdirSync(RELEASES).sort().at(-1)!;
    return asPostgres(join(RELEASES, release, "bin", name), args, this.#env);
  }
}

/** The server refuses to be run by root. */
const isRoot = process.getuid?.() === 0;

function asPostgres(program: string, args: readonly string[], env: Record<string, string>): string {
  const [file, ...rest] = isRoot ? ["runuser", "-u", "postgres", "--", program] : [program];
  const { stdout, stderr, status } = spawnSync(file, [...rest, ...args], {
    encoding: "utf8",
    cwd: "/",
    env: { ...process.env, ...env },
    // The server that it leaves behind must not hold the pipes open.
    stdio: program.endsWith("pg_ctl") ? "ignore" : "pipe",
  });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stdout ?? "";
}
