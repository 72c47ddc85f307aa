// Everything that the module exports: one line per operation family.
export * from "./elementwise";
export * from "./gemm-tiles.generated";
export * from "./winograd";
