/** Byte address of the control words: what threads agree by on who does which task. */
export const CONTROL_PTR = 64;

/**
 * The control words, as indices into an Int32Array there. Those that different threads write stand on
 * cache lines of their own.
 */
export const CONTROL = {
  /** Counts steps that were opened, and programs that ended while the caller slept; who sleeps waits for it to change. */
  turn: 0,
  /** 1 when workers must leave. */
  quit: 1,
  /** Workers with a lower index than this may help; the others wait for it to change. */
  helpers: 2,
  /** Workers that have started. */
  started: 3,
  /** Size of the memory since it last grew, in pages of 64 KiB. */
  pages: 4,
  /** Tasks of the running step that nobody has claimed yet. */
  unclaimed: 16,
  /** Address of the running step; 0 where nothing runs. */
  step: 17,
  /** Tasks of the running step that are not finished yet. */
  unfinished: 32,
  /** Threads that sleep or are about to; 1 if the caller is one of them. */
  sleepers: 48,
  dozing: 49,
  /** Address of the step in which a task trapped; 0 if none did. */
  failed: 64,
  words: 80,
} as const;
