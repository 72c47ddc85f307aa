import { boolean, integer, seed } from "../options.ts";

/** The options that every flow over an image set has. */
export interface SetFlowOptions {
  /** Images in a batch. Default 32. */
  readonly batchSize?: number;
  /** Visit the images in a new random order every epoch. Default true. */
  readonly shuffle?: boolean;
  /** Any whole number; the same seed gives the same epochs. Default 0. */
  readonly seed?: number;
}

/** The options of {@link SetFlowOptions} with every default filled in. */
export type SetFlowSettings = Required<SetFlowOptions>;

/** The readers of {@link SetFlowOptions}. */
export const setFlowOptions = () => ({
  batchSize: integer({ min: 1, default: 32 }),
  shuffle: boolean({ default: true }),
  seed: seed(),
});
