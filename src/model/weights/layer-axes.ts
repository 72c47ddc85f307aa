/** Which axes a layer's settings name; all counted from 0, without the batch's. */
import { range } from "./feature-order.ts";
import type { Layer } from "./layer-weights.ts";

export const configOf = (layer: Layer): Record<string, unknown> => layer.getConfig();

/** An axis as settings give it: from the end if negative, else with the batch's as the first. */
export function axisAt(given: number, rank: number): number {
  return given < 0 ? given + rank : given - 1;
}

/** The axis that a layer's setting `axis` names, e.g. that of a batch normalisation. */
export function axisOf(layer: Layer, rank: number): number {
  return axisAt(configOf(layer).axis as number, rank);
}

/** The axis of the channels. */
export function channelAxis(layer: Layer, rank: number): number {
  return configOf(layer).dataFormat === "channelsFirst" ? 0 : rank - 1;
}

/** The one axis along which the slopes of a PReLU layer differ; `undefined` if there are several. */
export function slopeAxis(layer: Layer, rank: number): number | undefined {
  const shared = (configOf(layer).sharedAxes ?? []) as readonly number[];
  const own = range(rank).filter((axis) => !shared.includes(axis + 1));
  return own.length === 1 ? own[0] : undefined;
}
