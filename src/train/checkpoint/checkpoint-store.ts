/**
 * Where checkpoints are kept. A store knows nothing of what is in them: it keeps named blocks of
 * bytes, each of them whole or not at all. What they mean, and which of them is good, is decided in
 * one place for all stores (run-checkpoints.ts).
 *
 * A store belongs to one run at a time. Who has it cannot be told for sure from afar: a process that
 * is suspended looks dead, is replaced, and goes on. So whoever opens a store fences those before it
 * off: their `write`, `remove` and `setAside` are refused from then on, also one that had begun and
 * was stopped half-way. No clock decides that.
 */
export interface CheckpointStore {
  /**
   * Claims the store for one run, and ends every earlier claim.
   * @throws {SourceError} if it cannot be written, or if another run has claimed it and is not known to be gone.
   */
  open(): Promise<OpenCheckpointStore>;
}

/** A store that a run has claimed. */
export interface OpenCheckpointStore {
  /** Where it is, for messages, e.g. the path of a folder. */
  readonly location: string;
  /** The names of what is kept, in any order. */
  list(): Promise<readonly string[]>;
  /** The bytes kept under a name. */
  read(name: string): Promise<Uint8Array>;
  /**
   * Keeps bytes under a name (of letters, digits, `-` and `.`), in place of what was there. When it
   * resolves they outlast a loss of power; until then, and if it rejects, the name means what it did
   * before, or nothing.
   * @throws {SourceError} if the claim has ended; then nothing is changed.
   */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Forgets what is kept under a name. @throws {SourceError} if the claim has ended. */
  remove(name: string): Promise<void>;
  /**
   * Moves something damaged to where `list` does not see it; gives its new place.
   * @throws {SourceError} if the claim has ended.
   */
  setAside(name: string): Promise<string>;
  /** Gives up the claim, if it has not ended. */
  close(): Promise<void>;
}
