import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { type Graph, type Layer, type Sizes, Unsupported, type Value } from "./graph.ts";

/** Adds to a graph what a layer computes; gives its outputs. */
export type Rule = (inputs: readonly Value[], context: Context) => Value | readonly Value[];

/** What a rule may ask for. */
export interface Context {
  readonly graph: Graph;
  readonly layer: Layer;
  /** The layer's settings. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Of its first output. */
  readonly shape: Sizes;
  /** The same for another layer that this one wraps. */
  readonly apply: (layer: Layer, inputs: readonly Value[], shape: Sizes) => Value;
}

/** A layer's weight by the last part of its name, if it has it. */
export function weightOf({ weights }: Layer, name: string): LayerVariable | undefined {
  return weights.find(({ originalName }) => originalName.split("/").pop() === name);
}

/** A setting that is one number or a list of them, as a list. */
export const list = (setting: unknown): number[] => [setting as number | number[]].flat();

/** A size that must be known. */
export function known(size: number | null): number {
  if (size === null) throw new Unsupported("with open sizes");
  return size;
}

/** The axis of the channels. */
export const channelsOf = (config: Context["config"], shape: Sizes): number =>
  config.dataFormat === "channelsFirst" ? 1 : shape.length - 1;
