// Everything that the module exports: one line per operation family.
export * from "./copy";
export * from "./elementwise";
export * from "./gemm-tiles.generated";
export * from "./normalize";
export * from "./pool";
export * from "./pool-2x2";
export * from "./reduce";
export * from "./winograd";
export * from "./winograd-tiles";
export * from "./conv";
export * from "./gemm";
export * from "./fused-batch-norm";
export * from "./fused-activation";
export * from "./fused-dropout";
export * from "./fused-cross-entropy";
export * from "./fused-adam";
export * from "./depthwise";
