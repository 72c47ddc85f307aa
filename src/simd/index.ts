export { registerSimdBackend, type SimdBackendOptions } from "./register.ts";
export { SimdBackendError } from "./simd-error.ts";
