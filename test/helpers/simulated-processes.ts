/**
 * Processes that share a file system and can be killed before any of their calls to it, within one
 * real process and in no time. A test that uses them mocks three modules:
 *
 *     vi.mock("node:fs/promises", async (original) => simulatedPromises(await original()));
 *     vi.mock("node:fs", async (original) => simulatedFs(await original()));
 *     vi.mock("../../src/node/process-mark.ts", () => simulatedMarks);
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { fsync as fsyncOf } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import type { Rng } from "../../src/random/rng.ts";

/** One of them. */
interface Simulated {
  readonly pid: number;
  /** The call before which it is killed, counted from 1. */
  readonly killAt: number;
  /** Whether a write is cut in half when that is the call. */
  readonly half: boolean;
  readonly turns: Turns | undefined;
  readonly pause: Pause | undefined;
  readonly handles: Set<FileHandle>;
  readonly die: () => void;
  calls: number;
  isDead: boolean;
}

const current = new AsyncLocalStorage<Simulated>();
const alive = new Set<number>();
let lastPid = 1000;
/** Whether the file system has hard links. */
export const disk = { hasLinks: true };

/** What became of a process, and how many calls it made. */
export interface Fate {
  readonly result: "finished" | "failed" | "killed";
  readonly calls: number;
  readonly error?: unknown;
}

/** Stops a process before one of its calls, as SIGSTOP does; unlike one that is killed it can go on. */
export class Pause {
  /** Calls until it stops, that one included; none before this is set. */
  left = Infinity;
  readonly reached: Promise<void>;
  #stop!: () => void;
  #goOn!: () => void;
  readonly #waiting: Promise<void>;

  constructor() {
    this.reached = new Promise((resolve) => (this.#stop = resolve));
    this.#waiting = new Promise((resolve) => (this.#goOn = resolve));
  }

  /** A call is about to be made. */
  async visit(): Promise<void> {
    if (--this.left !== 0) return;
    this.#stop();
    await this.#waiting;
  }

  /** Lets the process go on. */
  end(): void {
    this.#goOn();
  }
}

/** Options of {@link simulate}. */
export interface SimulateOptions {
  readonly pause?: Pause;
  readonly killAt?: number;
  readonly half?: boolean;
  readonly turns?: Turns;
}

/** Runs something as a process of its own, to its end or until it is killed. */
export async function simulate(
  action: () => Promise<unknown>,
  { killAt = Infinity, half = false, turns, pause }: SimulateOptions = {},
): Promise<Fate> {
  const pid = ++lastPid;
  alive.add(pid);
  let die = (): void => undefined;
  const death = new Promise<"killed">((resolve) => {
    die = () => {
      resolve("killed");
    };
  });
  const handles = new Set<FileHandle>();
  const me = { pid, killAt, half, turns, pause, handles, die, calls: 0, isDead: false };
  let error: unknown;
  const ending = current.run(me, () =>
    action().then(
      () => "finished" as const,
      (cause: unknown) => {
        error = cause;
        return "failed" as const;
      },
    ),
  );
  const result = await Promise.race([ending, death]);
  me.isDead = true;
  alive.delete(pid);
  for (const handle of handles) await handle.close().catch(() => undefined);
  return { result, calls: me.calls, error };
}

const never = new Promise<never>(() => undefined);

/** Every call of the file system passes here first. */
async function visit<T>(
  name: string,
  call: () => Promise<T>,
  half?: () => Promise<unknown>,
): Promise<T> {
  const me = current.getStore();
  if (!me) return call();
  await me.pause?.visit();
  await me.turns?.mine();
  if (me.isDead) {
    me.turns?.done();
    return never;
  }
  if (++me.calls === me.killAt) {
    me.isDead = true;
    if (me.half) await half?.();
    me.die();
    me.turns?.done();
    return never;
  }
  try {
    if (name === "link" && !disk.hasLinks) {
      throw Object.assign(new Error("EPERM: no links"), { code: "EPERM" });
    }
    return await call();
  } finally {
    me.turns?.done();
  }
}

type Functions = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** `node:fs/promises`, with its calls counted. */
export function simulatedPromises(original: object): object {
  const wrapped: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(original as Functions)) {
    const isPlain = typeof value !== "function" || name === "default";
    wrapped[name] = isPlain
      ? value
      : (...args: unknown[]) =>
          visit(
            name,
            async () => wrapHandle(await value(...args)),
            async () => {
              if (/^(write|append)File$/.test(name))
                await value(args[0], cutInHalf(args[1]), args[2]);
            },
          );
  }
  return { ...wrapped, default: wrapped };
}

/** `node:fs`, with `fsync` counted. */
export function simulatedFs(original: object): object {
  const { fsync } = original as { fsync: typeof fsyncOf };
  const wrapped = {
    ...original,
    fsync: (fd: number, done: (error?: unknown) => void): void => {
      visit("fsync", () => promisify(fsync)(fd)).then(() => {
        done(null);
      }, done);
    },
  };
  return { ...wrapped, default: wrapped };
}

/** An open file whose calls are counted too. */
function wrapHandle(result: unknown): unknown {
  const me = current.getStore();
  if (!me || typeof (result as Partial<FileHandle> | undefined)?.readFile !== "function") {
    return result;
  }
  const handle = result as FileHandle;
  me.handles.add(handle);
  return {
    fd: handle.fd,
    stat: () => visit("fstat", () => handle.stat()),
    readFile: () => visit("read", () => handle.readFile()),
    write: (data: string, at: number) => visit("write", () => handle.write(data, at)),
    writeFile: (data: string | Uint8Array) =>
      visit(
        "write",
        () => handle.writeFile(data),
        () => handle.writeFile(cutInHalf(data)),
      ),
    close: () =>
      visit("close", async () => {
        me.handles.delete(handle);
        await handle.close();
      }),
  };
}

function cutInHalf(data: unknown): string | Uint8Array {
  const whole = data as string | Uint8Array;
  return whole.slice(0, whole.length >> 1);
}

/** What a process knows of itself and others; the kinds of doubt are tested elsewhere. */
export const simulatedMarks = {
  ownMark: () => Promise.resolve({ pid: current.getStore()?.pid ?? 1, started: "1", space: "a" }),
  hasEnded: ({ pid }: { pid: number }) => Promise.resolve(pid !== 1 && !alive.has(pid)),
};

/** Lets several processes make their calls one at a time, in an order that a stream draws. */
export class Turns {
  readonly #rng: Rng;
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;
  #isOver = false;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** Runs all of them to their ends. */
  async run(processes: readonly Promise<Fate>[]): Promise<Fate[]> {
    const ending = Promise.all(processes).finally(() => {
      this.#isOver = true;
    });
    while (!this.#isOver) {
      await new Promise(setImmediate);
      if (this.#inFlight > 0 || this.#waiting.length === 0) continue;
      this.#inFlight++;
      this.#waiting.splice(this.#rng.integer(this.#waiting.length), 1)[0]();
    }
    return ending;
  }

  /** Resolves when a call may be made. */
  mine(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Says that it was made. */
  done(): void {
    this.#inFlight--;
  }
}
