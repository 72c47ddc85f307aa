import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { DataError } from "../../errors.ts";
import { errorCode, explainFileErrors } from "../../node/file-errors.ts";
import { sync, syncFolder } from "../../node/write-atomic.ts";
import { messageOf } from "../../text/describe.ts";
import type { JsonValue } from "../../text/json.ts";
import type { Journal } from "./journal.ts";
import type { JournalLock } from "./journal-lock.ts";
import { fromPythonJson, toPythonJson } from "./python-json.ts";

const SUBJECT = "runStudy";
const LINE_END = 0x0a;

/**
 * A journal in a file, a line of JSON for each operation, as Optuna's `JournalFileBackend` keeps it. A line
 * without its end was cut when its writer was killed, and counts for nothing: the next write takes its place.
 */
export class JournalFile implements Journal {
  readonly location: string;
  readonly #lock: JournalLock;
  readonly #checkOwner: () => Promise<void>;
  /** Bytes and lines that have been read. */
  #offset = 0;
  #lines = 0;
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param path of a file that may not be there yet, in a folder that is.
   * @param checkOwner throws before a write if this program may write no more.
   */
  constructor(
    path: string,
    lock: JournalLock,
    checkOwner: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.location = path;
    this.#lock = lock;
    this.#checkOwner = checkOwner;
  }

  /** @throws {DataError} if a line is no JSON. */
  read(): Promise<JsonValue[]> {
    return this.#inTurn("read", async () => {
      const file = await this.#open("r");
      if (!file) return [];
      try {
        return this.#parse(await this.#unread(file));
      } finally {
        await file.close();
      }
    });
  }

  append(operations: readonly JsonValue[]): Promise<void> {
    const lines = operations.map((operation) => `${toPythonJson(operation)}\n`).join("");
    return this.#inTurn("written", async () => {
      await this.#checkOwner();
      await this.#lock.whileHeld(async () => {
        // Once more: the wait may have been long.
        await this.#checkOwner();
        // Reading and appending: where it is opened for both, it is made if need be.
        const file = (await this.#open("a+"))!;
        try {
          const { size } = await file.stat();
          const unread = await this.#unread(file);
          const end = this.#offset + unread.lastIndexOf(LINE_END) + 1;
          if (end < size) await file.truncate(end);
          await file.writeFile(lines);
          await sync(file);
          if (size === 0) await syncFolder(dirname(this.location));
        } finally {
          await file.close();
        }
      });
    });
  }

  async #open(flags: string): Promise<FileHandle | undefined> {
    try {
      return await open(this.location, flags);
    } catch (error) {
      if (errorCode(error) === "ENOENT" && flags === "r") return undefined;
      throw error;
    }
  }

  /** The bytes that have not been read, whole lines or not. */
  async #unread(file: FileHandle): Promise<Buffer> {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.max(0, size - this.#offset));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, this.#offset);
    return bytes.subarray(0, bytesRead);
  }

  #parse(bytes: Buffer): JsonValue[] {
    const end = bytes.lastIndexOf(LINE_END) + 1;
    const lines = bytes.subarray(0, end).toString().split("\n").slice(0, -1);
    const values = lines.map((line, i) => {
      try {
        return fromPythonJson(line);
      } catch (cause) {
        throw new DataError({
          subject: SUBJECT,
          expected: `JSON in line ${this.#lines + i + 1} of ${this.location}`,
          got: messageOf(cause),
          remedy:
            "remove that line, which a program that was killed has left; Optuna fails at it, too",
          cause,
        });
      }
    });
    this.#offset += end;
    this.#lines += lines.length;
    return values;
  }

  /** One call after the other. */
  #inTurn<T>(verb: string, action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(() =>
      explainFileErrors(
        { subject: SUBJECT, expected: `that ${this.location} can be ${verb}` },
        action,
      ),
    );
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
