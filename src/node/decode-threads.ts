import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { SourceError } from "../errors.ts";
import { messageOf } from "../text/describe.ts";
import type { DecodeAnswer, DecodeSettings } from "./decode-worker.ts";

const programAt = (name: string): URL => new URL(name, import.meta.url);
const text = JSON.stringify;
/** The program of such a thread; among the sources a thread has to learn first to read them. */
const PROGRAM = import.meta.url.endsWith(".ts")
  ? `import(${text(import.meta.resolve("tsx/esm/api"))}).then(({ register }) => {
      register();
      return import(${text(programAt("./decode-worker.ts"))});
    });`
  : programAt("./decode-worker.js");

/** A thread that could not be started or has ended: no fault of the picture. */
export class ThreadError extends SourceError {}

/** Threads that decode pictures: started when they are needed, each with one picture at a time. */
export class DecodeThreads {
  readonly #settings: DecodeSettings;
  #idle: Worker[] = [];

  constructor(settings: DecodeSettings) {
    this.#settings = settings;
  }

  /** Has a thread decode a picture. @throws what is wrong with it, as an error with a `reason`. */
  async decode(path: string): Promise<Extract<DecodeAnswer, { pixels: unknown }>> {
    const thread = this.#idle.pop() ?? this.#start();
    // A program may end while threads wait, not while it waits for them.
    thread.ref();
    thread.postMessage(path);
    const answer = await this.#answerOf(thread);
    thread.unref();
    this.#idle.push(thread);
    if ("pixels" in answer) return answer;
    const { message, reason } = answer.problem;
    throw Object.assign(new Error(message), { reason });
  }

  /** Ends the threads; none may be at work. */
  async close(): Promise<void> {
    const threads = this.#idle;
    this.#idle = [];
    await Promise.all(
      threads.map(async (thread) => {
        const exit = once(thread, "exit");
        thread.ref();
        // By itself: one that is stopped in sharp's code may take the process with it.
        thread.postMessage(null);
        await exit;
      }),
    );
  }

  #start(): Worker {
    const workerData = this.#settings;
    const isText = typeof PROGRAM === "string";
    return new Worker(PROGRAM, {
      workerData,
      eval: isText,
      execArgv: [],
      name: "cifar-kit decoder",
    });
  }

  /** The next answer of a thread. @throws {ThreadError} if it ends before. */
  #answerOf(thread: Worker): Promise<DecodeAnswer> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        const got = typeof cause === "number" ? "one that ended" : `"${messageOf(cause)}"`;
        const remedy = "look after the memory, or pass workers: 1 or a function as decode";
        const expected = "a thread that decodes pictures";
        reject(new ThreadError({ subject: this.#settings.subject, expected, got, remedy, cause }));
      };
      thread.removeAllListeners();
      thread.once("message", resolve).once("error", fail).once("exit", fail);
    });
  }
}
