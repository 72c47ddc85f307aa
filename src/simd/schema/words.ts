/**
 * What kernels of the module are told: a parameter block of 32-bit words. Each list of words stands
 * in one of these files, in order; the module's side of it is generated from here
 * (assembly/words.generated.ts), the host's side follows by its type.
 */

/**
 * - `ptr`: a byte address, 0 where nothing is given.
 * - `size`: a number of bytes.
 * - `int`: a signed integer, also a truth value.
 * - `float`: a float32.
 * - `ints`: any number of integers; only the last word.
 */
export type WordType = "ptr" | "size" | "int" | "float" | "ints";

/** The words of a kernel, by name and in their order. */
export type Words = Readonly<Record<string, WordType>>;
