/**
 * The fixed addresses at the bottom of linear memory.
 *
 *     0     never used, so that address 0 can mean "not given"
 *     64    the control words of the thread pool
 *     1024  the parameter block of a call that is run once; those of programs lie in the heap
 *     2048  constants of the module's arithmetic (schema/math.ts)
 *     4096  the heap: scratch regions of the threads, then tensors
 */

/** Byte address of the control words. */
export const CONTROL_PTR = 64;

/**
 * Control words as indices into an Int32Array at CONTROL_PTR. Words that different threads write
 * stand on cache lines of their own.
 */
export const CONTROL = {
  /** Counts regions; idle workers wait for it to change. */
  region: 0,
  /** Index of the kernel of the running region. */
  kernel: 1,
  /** Address of the parameter block of the running region. */
  params: 4,
  /** 1 when workers must leave. */
  quit: 2,
  /** Workers with a lower index than this may help; the others wait for it to change. */
  helpers: 3,
  /** Workers that have started. */
  started: 5,
  /** Tasks that nobody has claimed yet. */
  unclaimed: 16,
  /** Tasks that are not finished yet; the caller waits for it to become 0. */
  unfinished: 32,
  /** Workers that sleep or are about to. */
  sleepers: 48,
  /** Tasks of the running region that trapped. */
  failed: 64,
  words: 80,
} as const;

/** Byte address of the parameter block and the number of its 32-bit words. */
export const PARAMS_PTR = 1024;
export const PARAMS_WORDS = 256;

/** First byte of the heap. */
export const HEAP_PTR = 4096;
