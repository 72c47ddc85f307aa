/**
 * The processes of a run, in step: before they exchange anything they tell each other where they are and
 * whether all is well, so that one that fails ends the run of all, with its reason.
 */
import { bytesOf } from "../../bytes/bytes.ts";
import { ArgumentError, TrainingError } from "../../errors.ts";
import { messageOf } from "../../text/describe.ts";
import type { Group } from "../group.ts";

/** What a process tells the others at a place that all come by. */
export interface Word {
  /** Whether a callback has asked for the end. */
  readonly isStopped: boolean;
  /** Whether its signal was aborted. */
  readonly isAborted: boolean;
  /** Whether a callback has written weights. */
  readonly hasChanged: boolean;
  /** NaN where there is none. */
  readonly learningRate: number;
  /** What the place is about. */
  readonly value: number;
}

/** What is left out is false, 0 or NaN. */
type Said = { readonly [Name in keyof Word]?: Word[Name] | undefined };

/** Where a run can be, by their numbers: one that fails is nowhere. */
const PLACES = ["failed", "beginning", "hook", "step", "validation", "end"] as const;
type Place = (typeof PLACES)[number];

export class Ranks {
  readonly rank: number;
  readonly size: number;
  readonly #subject: string;
  readonly #group: Group;
  /** Whether all know that the run is over. */
  #isOver = false;

  constructor(subject: string, group: Group) {
    this.rank = group.rank;
    this.size = group.size;
    this.#subject = subject;
    this.#group = group;
  }

  /**
   * Waits until all have come to the same place.
   * @returns what each of them says there, in the order of the ranks.
   * @throws {TrainingError} if one has failed, or is somewhere else.
   */
  async meet(place: Place, word: Said = {}): Promise<readonly Word[]> {
    const all = await this.#exchangeWords(place, word);
    const places = all.map(({ at }) => PLACES[at]);
    if (places.includes("failed")) {
      this.#isOver = true;
      const rank = places.indexOf("failed");
      throw new TrainingError({
        subject: this.#subject,
        expected: `all ${this.size} processes to go on`,
        got: `the end of process ${rank}: ${(await this.texts(""))[rank]}`,
        remedy: "see to that, and start all of them again: with checkpoint they go on from there",
      });
    }
    const stray = places.findIndex((other) => other !== places[0]);
    if (stray !== -1) {
      this.#isOver = true;
      throw new ArgumentError({
        subject: this.#subject,
        expected: `process ${stray} to come by the same places of the run as process 0`,
        got: `the ${places[stray]} in place of the ${places[0]}`,
        remedy: "pass the same data and options in all processes",
      });
    }
    return all;
  }

  /** Has the others' runs end, too, unless they know; waits until they do. */
  async fail(error: unknown): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await this.#exchangeWords("failed", {});
    await this.texts(messageOf(error));
  }

  /** What each has to say, in the order of the ranks. */
  async texts(mine: string): Promise<string[]> {
    const bytes = new TextEncoder().encode(mine);
    const lengths = await this.numbers(Float64Array.of(bytes.length));
    const longest = Math.max(1, ...lengths);
    const padded = new Uint8Array(longest);
    padded.set(bytes);
    const all = await this.#group.gather(padded);
    const decoder = new TextDecoder();
    return Array.from(lengths, (length, rank) =>
      decoder.decode(all.subarray(rank * longest, rank * longest + length)),
    );
  }

  /** The numbers of all, in the order of the ranks. */
  async numbers<A extends Float32Array | Float64Array>(mine: A): Promise<A> {
    const { buffer, byteOffset, byteLength } = aligned(await this.#group.gather(bytesOf(mine)));
    const Numbers = mine.constructor as new (...args: unknown[]) => A;
    return new Numbers(buffer, byteOffset, byteLength / mine.BYTES_PER_ELEMENT);
  }

  /** Of each process's floats the part that is for this one, in the order of the ranks. */
  async parts(floats: Float32Array): Promise<Float32Array> {
    const { buffer, byteOffset } = aligned(await this.#group.exchange(bytesOf(floats)));
    return new Float32Array(buffer, byteOffset, floats.length);
  }

  /** What process 0 gives. @param bytes of process 0. */
  async fromFirst(bytes: Uint8Array = new Uint8Array()): Promise<Uint8Array> {
    const [length] = await this.numbers(Float64Array.of(bytes.length));
    const received = this.rank === 0 ? bytes : new Uint8Array(length);
    await this.#group.broadcast(received);
    return received;
  }

  async #exchangeWords(
    place: Place,
    { isStopped, isAborted, hasChanged, learningRate = NaN, value = 0 }: Said,
  ): Promise<(Word & { readonly at: number })[]> {
    const flags = [isStopped, isAborted, hasChanged].map((flag) => Number(flag ?? false));
    const mine = Float64Array.of(PLACES.indexOf(place), ...flags, learningRate, value);
    const all = await this.numbers(mine);
    return Array.from({ length: this.size }, (_, rank) => {
      const [at, stopped, aborted, changed, rate, about] = all.subarray(rank * mine.length);
      return {
        ...{ at, isStopped: stopped === 1, isAborted: aborted === 1, hasChanged: changed === 1 },
        ...{ learningRate: rate, value: about },
      };
    });
  }
}

/** Bytes that begin where numbers may. */
const aligned = (bytes: Uint8Array): Uint8Array =>
  bytes.byteOffset % Float64Array.BYTES_PER_ELEMENT === 0 ? bytes : new Uint8Array(bytes);
