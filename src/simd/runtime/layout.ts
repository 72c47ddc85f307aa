/**
 * The fixed addresses at the bottom of linear memory.
 *
 *     0     never used, so that address 0 can mean "not given"
 *     64    the control words of the threads (schema/control.ts)
 *     960   the program of a call that is run once, and at
 *     1024  its words; those of other programs lie in the heap
 *     2048  constants of the module's arithmetic (schema/math.ts)
 *     4096  the heap: scratch regions of the threads, then tensors
 */

/** Which word of a step is which (schema/program.ts), and how many there are. */
export const STEP = { kernel: 0, tasks: 1, words: 2, length: 3 } as const;

/** Byte address of the program of one step. */
export const SINGLE_PTR = 960;

/** Byte address of the words of its call, and how many 32-bit words there may be. */
export const PARAMS_PTR = 1024;
export const PARAMS_WORDS = 256;

/** First byte of the heap. */
export const HEAP_PTR = 4096;
