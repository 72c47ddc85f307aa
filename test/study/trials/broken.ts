/** A module that throws when it is loaded. */
throw new Error("no such data set");
export {};
