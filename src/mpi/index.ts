/**
 * Training one model in several processes, on one machine or on many, by MPI; for Node.
 *
 * @module cifar-kit/mpi
 */
export type { Group } from "../train/group.ts";
export { mpiGroup, type MpiGroupOptions } from "./mpi-group.ts";
