import type { JsonObject } from "../../text/json.ts";
import { ArgumentError, DataError, SourceError, TrainingError } from "../../errors.ts";
import { warn } from "../../runtime/warn.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { CheckpointSettings, ResumeMode } from "./checkpoint-options.ts";
import type { OpenCheckpointStore } from "./checkpoint-store.ts";
import { decodeCheckpoint } from "./decode.ts";
import { encodeCheckpoint } from "./encode.ts";
import { firstNotFinite } from "./check-model-state.ts";
import { withMoreEpochs } from "./with-more-epochs.ts";
import { manifestChanges } from "./run-manifest.ts";

/** What a run has to tell apart from its state: everything but the manifest. */
export type RunState = Omit<Checkpoint, "manifest">;

/** A checkpoint that cannot be used, and why. */
interface Failure {
  readonly name: string;
  readonly reason: string;
}

const NAME = /^checkpoint-(\d{8,15})\.ckpt$/;
const LARGEST_NUMBER = 1e15 - 1;

/** The checkpoints of one run in an open store: numbered, the newest last. */
export class RunCheckpoints {
  readonly #subject: string;
  readonly #store: OpenCheckpointStore;
  readonly #options: CheckpointSettings;
  readonly #manifest: JsonObject;
  /** Numbers of the checkpoints in the store, the newest last. */
  #numbers: number[] = [];
  /** Whether this run, or the one that it goes on from, has a checkpoint in the store. */
  #hasSaved = false;

  #saved = 0;
  #millisecondsSaving = 0;

  constructor(
    subject: string,
    store: OpenCheckpointStore,
    options: CheckpointSettings,
    manifest: JsonObject,
  ) {
    this.#subject = subject;
    this.#store = store;
    this.#options = options;
    this.#manifest = manifest;
  }

  /** How many checkpoints this run has written. */
  get saved(): number {
    return this.#saved;
  }

  /** Wall time spent in `save`. */
  get secondsSaving(): number {
    return this.#millisecondsSaving / 1000;
  }

  /** Whether to save after this many steps of the run. */
  isStepDue(steps: number): boolean {
    const { everySteps } = this.#options;
    return everySteps > 0 && steps % everySteps === 0;
  }

  /** Whether to save after this many epochs of a phase. */
  isEpochDue(epochs: number): boolean {
    const { everyEpochs } = this.#options;
    return everyEpochs > 0 && epochs % everyEpochs === 0;
  }

  /**
   * The newest checkpoint that verifies; `undefined` where the run is to begin.
   * @throws {DataError} if there are checkpoints but none verifies.
   * @throws {ArgumentError} if it was taken under other conditions; names the first that differs.
   * @throws {SourceError} if there has to be a checkpoint and there is none.
   */
  async resume(mode: ResumeMode): Promise<Checkpoint | undefined> {
    const names = await this.#store.list();
    this.#numbers = names
      .map((name) => Number(NAME.exec(name)?.[1]))
      // Another name for a number, with more zeros, is none of ours.
      .filter((number, i) => nameOf(number) === names[i])
      .sort((a, b) => a - b);
    if (mode === "never") return undefined;
    const found = await this.#newestGood();
    if (found) {
      const { checkpoint, isInVain } = withMoreEpochs(found.checkpoint, this.#manifest);
      this.#checkManifest(found.name, checkpoint);
      if (isInVain) {
        const { phase, epoch, begun } = checkpoint.position;
        warn(
          `${this.#subject}: a callback stopped phases[${phase}] in epoch ${epoch + Number(begun)}, and ` +
            "more epochs do not change that; to go on, train the finished model in a run of its own.",
        );
      }
      this.#hasSaved = true;
      return checkpoint;
    }
    if (mode === "must") {
      throw new SourceError({
        subject: this.#subject,
        expected: `a checkpoint in ${this.#store.location}`,
        got: "none",
        remedy: 'name the store of the run that is to go on, or begin one with resume: "auto"',
      });
    }
    return undefined;
  }

  /**
   * Saves the state of the run. A state that is not sound is refused, so that it can never take the
   * place of a good one.
   * @throws {TrainingError} if a weight is not finite.
   * @throws whatever the store throws, if saving fails and that is to stop the run.
   */
  async save(state: RunState): Promise<void> {
    const bad = firstNotFinite([...state.weights, ...state.optimizer, ...state.result]);
    if (bad !== undefined) {
      throw new TrainingError({
        subject: this.#subject,
        expected: "finite weights to save",
        got: `NaN or infinity in ${bad} after ${state.steps} steps`,
        remedy: "lower the learning rate and go on from the last checkpoint, which is as it was",
      });
    }
    const began = performance.now();
    try {
      await this.#write(await encodeCheckpoint({ ...state, manifest: this.#manifest }));
      this.#saved++;
    } catch (error) {
      // A store that fails from the start is noticed now, not after hours.
      if (!this.#hasSaved || this.#options.onSaveError !== "warn") throw error;
      const { message } = error as Error;
      warn(`${this.#subject}: no checkpoint after ${state.steps} steps: ${message}`);
    }
    this.#hasSaved = true;
    this.#millisecondsSaving += performance.now() - began;
  }

  /** Gives the store up. */
  async close(): Promise<void> {
    await this.#store.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const { keep } = this.#options;
    const next = (this.#numbers.at(-1) ?? 0) + 1;
    if (next > LARGEST_NUMBER) {
      throw new DataError({
        subject: this.#subject,
        expected: `checkpoints of a run in ${this.#store.location}`,
        got: `${nameOf(next - 1)}, after which there is no number left`,
        remedy: "remove that file, which no run has written",
      });
    }
    await this.#store.write(nameOf(next), bytes);
    this.#numbers.push(next);
    // What an earlier run left goes with this run's first checkpoint; of its own it keeps some.
    const kept = this.#hasSaved ? keep : 1;
    while (this.#numbers.length > kept) {
      await this.#store.remove(nameOf(this.#numbers[0]));
      this.#numbers.shift();
    }
  }

  async #newestGood(): Promise<{ name: string; checkpoint: Checkpoint } | undefined> {
    const failures: Failure[] = [];
    for (const number of [...this.#numbers].reverse()) {
      const name = nameOf(number);
      let checkpoint: Checkpoint;
      try {
        checkpoint = await decodeCheckpoint(await this.#store.read(name));
      } catch (error) {
        failures.push({ name, reason: (error as Error).message });
        continue;
      }
      await this.#setAside(failures, name);
      return { name, checkpoint };
    }
    if (failures.length === 0) return undefined;
    throw new DataError({
      subject: this.#subject,
      expected: `a good checkpoint in ${this.#store.location}`,
      got: failures.map(({ name, reason }) => `${name}: ${reason}`).join(" "),
      remedy: 'bring one back from a backup, or begin anew with resume: "never"',
    });
  }

  /** Moves damaged files out of the way and says which one takes their place. */
  async #setAside(failures: readonly Failure[], good: string): Promise<void> {
    for (const { name, reason } of failures) {
      const place = await this.#store.setAside(name);
      this.#numbers = this.#numbers.filter((number) => nameOf(number) !== name);
      warn(
        `${this.#subject}: ${name} in ${this.#store.location} is damaged (${reason}) ` +
          `It is kept as ${place}; the run goes on from ${good}.`,
      );
    }
  }

  #checkManifest(name: string, { manifest, learningRate }: Checkpoint): void {
    for (const change of manifestChanges(manifest, this.#manifest, learningRate)) {
      const { field, saved, present, soft } = change;
      if (!soft) {
        throw new ArgumentError({
          subject: this.#subject,
          expected: `${field} to be ${saved}, as in ${name} of ${this.#store.location}`,
          got: present,
          remedy: remedyFor(field),
        });
      }
      warn(
        `${this.#subject}: ${name} was written with ${field} ${saved}, this is ${present}: ` +
          "the run goes on, but maybe not with the same bits.",
      );
    }
  }
}

function nameOf(number: number): string {
  return `checkpoint-${String(number).padStart(8, "0")}.ckpt`;
}

function remedyFor(field: string): string {
  // One phase has the seed of the run; of several each has its own, unless it says another.
  if (field.endsWith("].seed")) {
    return 'give that phase this seed, { epochs, seed }, or begin anew with resume: "never"';
  }
  return field === "steps"
    ? "train as many steps, since the schedule goes by them, and more with the finished model in a run " +
        'of its own; or with resume: "never" give it its length: decaySteps, steps or totalSteps'
    : 'pass what the run was last given, or begin anew with resume: "never"';
}
