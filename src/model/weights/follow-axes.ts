/**
 * Follows the axes of a model's tensors from its inputs to its outputs, to know in which order
 * PyTorch has the features that reach each layer.
 *
 * Images have their channels first in PyTorch and last here, and so have sequences between
 * convolutions. What is not known, since someone may write the same network there in several ways, is
 * kept as several orders.
 */
import type { LayersModel, SymbolicTensor } from "@tensorflow/tfjs-layers";
import { demandedAxis, keepsAxes, needsFeaturesLast, ruleOf } from "./axis-rules.ts";
import {
  type Along,
  type FeatureOrder,
  orderOfAxes,
  range,
  sameAlong,
  withFirst,
} from "./feature-order.ts";
import { configOf } from "./layer-axes.ts";
import { isModel, type Layer } from "./layer-weights.ts";
import {
  ordersOf,
  type OpenOrder,
  type TracedTensor,
  tracedTensor,
  UnknownOrder,
} from "./traced-tensor.ts";

/** What reaches a layer each time that it is applied. */
export interface Visit {
  readonly shape: readonly number[];
  readonly orders: readonly FeatureOrder[];
  readonly origin: OpenOrder | undefined;
}

/** The orders of what reaches the layers, and of what leaves the Dense layers. */
export interface Followed {
  readonly visits: ReadonlyMap<Layer, readonly Visit[]>;
  /** PyTorch's order of the units of Dense layers, where it is another than here. */
  readonly units: ReadonlyMap<Layer, Int32Array>;
}

/**
 * @param givenAxes the order of axes, from 0, of the layers for which it was told.
 * @throws {UnknownOrder} if an order must be told that was not.
 */
export function followAxes(
  model: LayersModel,
  givenAxes: ReadonlyMap<Layer, readonly number[]>,
): Followed {
  const units = new Map<Layer, Int32Array>();
  // What is wanted of a Dense layer changes what comes behind it.
  for (;;) {
    const known = units.size;
    const walk = new Walk(givenAxes, units);
    const outputs = walk.outputs(model);
    if (units.size > known) continue;
    for (const place of outputs) {
      // A network's answers keep their order.
      const moved = place.units?.some((layer) => units.has(layer));
      if (moved) throw new UnknownOrder(place.origin);
    }
    return { visits: walk.visits, units };
  }
}

class Walk {
  readonly visits = new Map<Layer, Visit[]>();
  readonly #givenAxes: ReadonlyMap<Layer, readonly number[]>;
  readonly #units: Map<Layer, Int32Array>;

  constructor(givenAxes: ReadonlyMap<Layer, readonly number[]>, units: Map<Layer, Int32Array>) {
    this.#givenAxes = givenAxes;
    this.#units = units;
  }

  /** The places of a model's outputs, given those of its inputs. */
  outputs(model: LayersModel, inputs?: readonly TracedTensor[]): TracedTensor[] {
    const places = new Map<SymbolicTensor, TracedTensor>();
    model.inputs.forEach((tensor, i) =>
      places.set(tensor, inputs?.[i] ?? inputPlace(model, tensor, this.#givenAxes)),
    );
    const placeOfTensor = (tensor: SymbolicTensor): TracedTensor => {
      let place = places.get(tensor);
      if (!place) {
        const node = nodeOf(tensor);
        const before = node.inputTensors.map(placeOfTensor);
        this.#applied(tensor.sourceLayer, node.outputTensors, before).forEach((output, i) =>
          places.set(node.outputTensors[i], output),
        );
        place = places.get(tensor)!;
      }
      return place;
    };
    return model.outputs.map(placeOfTensor);
  }

  #applied(
    layer: Layer,
    outputs: readonly SymbolicTensor[],
    inputs: readonly TracedTensor[],
  ): TracedTensor[] {
    if (isModel(layer)) return this.outputs(layer, inputs);
    const givenAxes = this.#givenAxes.get(layer);
    const wanted = this.#wanted;
    if (givenAxes?.length === inputs[0]?.shape.length) {
      const { shape, origin } = inputs[0];
      const orders = ordersOf(inputs[0], wanted).map(({ along }) => ({ axes: givenAxes, along }));
      inputs = [tracedTensor(shape, orders, { origin }), ...inputs.slice(1)];
    }
    if (layer.weights.length > 0 && inputs.length > 0) {
      const { shape, origin = { layer, rank: shape.length } } = inputs[0];
      const visit = { shape, orders: ordersOf(inputs[0], wanted), origin };
      this.visits.set(layer, [...(this.visits.get(layer) ?? []), visit]);
    }
    return outputs.map((tensor) =>
      ruleOf(layer)(inputs, {
        layer,
        shape: sizesOf(tensor),
        givenAxes,
        wanted,
        unitOrder: this.#units.get(layer),
      }),
    );
  }

  readonly #wanted = (layers: readonly Layer[], order: Int32Array): void => {
    for (const layer of layers) {
      const before: Along = this.#units.get(layer);
      if (before && !sameAlong(before, order)) throw new UnknownOrder(undefined);
      this.#units.set(layer, order);
    }
  };
}

/** How PyTorch's data come in: images with the channels first, whichever axis theirs is here. */
function inputPlace(
  model: LayersModel,
  tensor: SymbolicTensor,
  givenAxes: ReadonlyMap<Layer, readonly number[]>,
): TracedTensor {
  const shape = sizesOf(tensor);
  const rank = shape.length;
  const origin = { layer: tensor.sourceLayer, rank };
  const axes = givenAxes.get(tensor.sourceLayer);
  if (axes) return tracedTensor(shape, [orderOfAxes(axes)]);
  if (rank < 2) return tracedTensor(shape, [orderOfAxes(range(rank))]);
  const found = demands(model, tensor);
  // Two axes may be a sequence's or a picture's, three are an image's, as images are in the model.
  if (found.size === 0) {
    if (rank === 2) found.add("features last").add(1);
    else for (const first of channelsFirstIn(model)) found.add(first ? 0 : rank - 1);
  }
  const orders = [...found].map((axis) =>
    orderOfAxes(axis === "features last" ? range(rank) : withFirst(axis, range(rank))),
  );
  return tracedTensor(shape, orders, { origin: orders.length > 1 ? undefined : origin });
}

/** Which axes the layers that an input reaches take for its channels. */
function demands(model: LayersModel, input: SymbolicTensor): Set<number | "features last"> {
  const strong = new Set<number | "features last">();
  const weak = new Set<number>();

  /** Follows a tensor through a model; gives the outputs that it reaches, each with its axes. */
  const follow = (
    model: LayersModel,
    from: SymbolicTensor,
    fromAxes: readonly number[],
  ): Reached[] => {
    const consumers = consumersIn(model);
    const reachedAxes = new Map<SymbolicTensor, readonly number[]>();
    const visit = (tensor: SymbolicTensor, axes: readonly number[]): void => {
      if (reachedAxes.has(tensor)) return;
      reachedAxes.set(tensor, axes);
      for (const { layer, index, outputs } of consumers.get(tensor) ?? []) {
        if (isModel(layer)) {
          for (const reached of follow(layer, layer.inputs[index], axes)) {
            visit(outputs[reached.index], reached.axes);
          }
          continue;
        }
        const axis = demandedAxis(layer, axes.length);
        // A Flatten layer computes the same in any data format: the others know better.
        if (axis !== undefined)
          (layer.getClassName() === "Flatten" ? weak : strong).add(axes[axis]);
        else if (axes.length === 2 && needsFeaturesLast(layer)) strong.add("features last");
        if (layer.getClassName() === "Permute") {
          const dims = configOf(layer).dims as number[];
          const moved = dims.map((dim) => axes[dim - 1]);
          visit(outputs[0], moved);
        } else if (keepsAxes(layer) && outputs[0].shape.length === tensor.shape.length) {
          visit(outputs[0], axes);
        }
      }
    };
    visit(from, fromAxes);
    return model.outputs.flatMap((output, index) => {
      const axes = reachedAxes.get(output);
      return axes ? [{ index, axes }] : [];
    });
  };

  follow(model, input, range(input.shape.length - 1));
  return strong.size > 0 ? strong : weak;
}

/** Whether images have their channels first in a model; both, if it has images of both kinds. */
function channelsFirstIn(model: LayersModel): Set<boolean> {
  const found = new Set<boolean>();
  const search = ({ layers }: LayersModel): void => {
    for (const layer of layers) {
      if (isModel(layer)) search(layer);
      // Behind four axes are an image and its batch.
      else if (demandedAxis(layer, 3) !== undefined && rankOf(layer) > 2) {
        found.add(demandedAxis(layer, 3) === 0);
      }
    }
  };
  search(model);
  return found.size > 0 ? found : new Set([false]);
}

const rankOf = ({ inboundNodes }: Layer): number =>
  inboundNodes[0].inputTensors[0].shape.length - 1;

interface Reached {
  /** Which of the model's outputs. */
  readonly index: number;
  /** Its axes by those of the input. */
  readonly axes: readonly number[];
}

interface Consumer {
  readonly layer: Layer;
  /** Which of the layer's inputs it is. */
  readonly index: number;
  readonly outputs: readonly SymbolicTensor[];
}

/** Who takes each tensor of a model. */
function consumersIn(model: LayersModel): Map<SymbolicTensor, Consumer[]> {
  const consumers = new Map<SymbolicTensor, Consumer[]>();
  const seen = new Set<SymbolicTensor>(model.inputs);
  const open = [...model.outputs];
  for (let tensor = open.pop(); tensor; tensor = open.pop()) {
    if (seen.has(tensor)) continue;
    const { inputTensors, outputTensors } = nodeOf(tensor);
    for (const output of outputTensors) seen.add(output);
    inputTensors.forEach((input, index) => {
      const consumer = { layer: tensor.sourceLayer, index, outputs: outputTensors };
      consumers.set(input, [...(consumers.get(input) ?? []), consumer]);
      open.push(input);
    });
  }
  return consumers;
}

const nodeOf = ({ sourceLayer, nodeIndex }: SymbolicTensor): Layer["inboundNodes"][number] =>
  sourceLayer.inboundNodes[nodeIndex];

/** Sizes without the batch's; those that are not known count as 1. */
const sizesOf = ({ shape }: SymbolicTensor): number[] => shape.slice(1).map((size) => size ?? 1);
