/** The most bytes that HDF5 holds in one attribute, by Keras's count. */
export const ATTRIBUTE_BYTES = 64_512;

/** The most groups inside one another: `h5wasm` goes each way from the root, which takes minutes at 300. */
export const LEVELS = 100;

/** How many groups inside one another a path has, below a group or the root. */
export const levels = (path: string, parent = ""): number =>
  `${parent}/${path}`.match(/[^/]+/g)?.length ?? 0;
