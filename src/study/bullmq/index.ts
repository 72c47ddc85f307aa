/**
 * The trials of a study on many machines, by BullMQ on Redis or PostgreSQL; for Node.
 *
 * @module cifar-kit/study/bullmq
 */
export { bullmq, type BullmqOptions } from "./bullmq.ts";
export { runWorker } from "./run-worker.ts";
export type { RunWorkerOptions } from "./worker-options.ts";
