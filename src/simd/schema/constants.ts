/** Numbers that host and module must agree on. */
export const CONSTANTS = {
  /** Bytes of every thread's scratch region. */
  SCRATCH_BYTES: 4 << 20,
  /** Rows of the source that one task of a transpose covers: a cache line of the source each. */
  STRIPE: 16,
  /** Input channels that one task of a transform of Winograd's filters covers. */
  FILTER_BLOCK: 8,
  /** Products of so few steps are computed row by row: what takes time is writing C. */
  SHALLOW: 2,
  /** How often a thread that finds no task looks again before it returns to the host, which has a clock. */
  LOOKS: 256,
} as const;
