import type { Group } from "../group.ts";

/** The group of a run without others. */
export const ALONE: Group = {
  rank: 0,
  size: 1,
  gather: (mine) => Promise.resolve(mine),
  exchange: (parts) => Promise.resolve(parts),
  broadcast: () => Promise.resolve(),
};
