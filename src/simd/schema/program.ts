import type { Words } from "./words.ts";

/**
 * A step of a program, which is a row of them: all tasks of one kernel. Without tasks it is left out; a
 * negative number of them ends the program.
 */
export const Step = { kernel: "int", tasks: "int", words: "ptr" } as const satisfies Words;

/** Integers that have to be from 0 to below the limit. */
export const CheckRange = { x: "ptr", length: "int", limit: "int" } as const satisfies Words;
