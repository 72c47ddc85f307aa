/**
 * A TensorFlow.js backend of WebAssembly SIMD kernels that work on several threads, in Node and in the
 * browser. It needs `@tensorflow/tfjs-core` and `@tensorflow/tfjs-backend-cpu`, nothing else of this
 * package.
 *
 * @module cifar-kit/simd
 */
export { registerSimdBackend, type SimdBackendOptions } from "./tfjs/register.ts";
export { SimdBackendError } from "./simd-error.ts";
