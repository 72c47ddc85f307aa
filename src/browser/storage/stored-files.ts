/**
 * Named files in the browser's own storage. Two kinds of storage can keep them, and all that is
 * kept (data sets, checkpoints, models) goes through this one interface.
 */
export interface StoredFiles {
  /** Where they are, for messages, e.g. `"the browser's file system, cifar-kit/data"`. */
  readonly location: string;
  /** The names of all files, unfinished ones left out. */
  list(): Promise<string[]>;
  /** The bytes of a file; `undefined` if there is none. */
  read(name: string): Promise<Uint8Array | undefined>;
  /**
   * Keeps bytes under a name, in place of what was there. When it resolves they are on the disk;
   * until then, and if it rejects, the name means what it did before.
   */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Removes a file, if it is there. */
  remove(name: string): Promise<void>;
  /** Gives a file another name, which must be free. */
  rename(name: string, newName: string): Promise<void>;
  /** Removes what writers that were killed have left behind, and nothing of those at work. */
  sweep(): Promise<void>;
  /** Gives back what the storage holds; nothing may be called afterwards. */
  close(): void;
}
