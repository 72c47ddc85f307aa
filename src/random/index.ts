export type { Rng } from "./rng.ts";
export { RANDOM_STREAM_VERSION, randomStream } from "./stream.ts";
