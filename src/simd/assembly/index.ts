// Everything that the module exports: one line per operation family.
export * from "./elementwise";
