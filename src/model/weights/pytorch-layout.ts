/**
 * How Keras's weights become PyTorch's: other names, other orders of axes, and other orders of
 * features where PyTorch's tensors have their channels first.
 */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ArgumentError } from "../../errors.ts";
import { range } from "./feature-order.ts";
import { type Followed, followAxes } from "./follow-axes.ts";
import type { Layer, LayerWeight, PlacedLayer } from "./layer-weights.ts";
import { type OpenOrder, UnknownOrder } from "./traced-tensor.ts";
import { pyTorchShape, reordered, sameWeightOrder, weightOrder } from "./weight-order.ts";
import type { LoadWeightsOptions } from "./weights-options.ts";

/** One weight and what it is in PyTorch. */
interface PyTorchWeight {
  readonly weight: LayerWeight;
  /** Key in the `state_dict`, e.g. `"conv2d.weight"`. */
  readonly key: string;
  readonly shape: readonly number[];
  /** Keras's values in PyTorch's order. */
  readonly toPyTorch: (values: Float32Array) => Float32Array;
  /** The other way round. */
  readonly fromPyTorch: (values: Float32Array) => Float32Array;
}

/** A layer's weights in PyTorch. */
interface PyTorchLayer {
  readonly weights: readonly PyTorchWeight[];
  /** The key of the counter that PyTorch's batch normalisation has and Keras's has not. */
  readonly counter?: string;
}

/** Names of a layer's weights in PyTorch. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["kernel", "weight"],
  ["depthwise_kernel", "weight"],
  ["embeddings", "weight"],
  ["gamma", "weight"],
  ["alpha", "weight"],
  ["bias", "bias"],
  ["beta", "bias"],
  ["moving_mean", "running_mean"],
  ["moving_variance", "running_var"],
]);

/** Layer classes with a counterpart in PyTorch. */
// prettier-ignore
const CLASSES: readonly string[] = [
  "BatchNormalization", "Conv1D", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "Dense",
  "DepthwiseConv2D", "Embedding", "LayerNormalization", "PReLU",
];

/**
 * What the weights of a model's layers are in PyTorch.
 * @throws {ArgumentError} if PyTorch has no such layer, if two weights would have one name, or if it
 *   cannot be known in which order PyTorch has a layer's features.
 */
export function pyTorchLayers(
  subject: string,
  model: LayersModel,
  layers: readonly PlacedLayer[],
  { names = {}, axes = {} }: LoadWeightsOptions,
): PyTorchLayer[] {
  for (const { weights, className, path } of layers) {
    if (weights.length === 0 || CLASSES.includes(className)) continue;
    throw noCounterpart(subject, `${path}, a ${className}`);
  }
  const paths = new Map(layers.map(({ layer, path }) => [layer, path]));
  const ambiguous = (at: Layer | undefined, origin: OpenOrder | undefined): ArgumentError =>
    unknownOrder(
      subject,
      at && (paths.get(at) ?? at.name),
      origin && paths.get(origin.layer),
      origin,
    );
  const named = layers.filter(({ path }) => Object.hasOwn(axes, path));
  const givenAxes = new Map<Layer, number[]>(
    named.map(({ layer, path }) => [layer, axes[path].map((axis) => axis - 1)]),
  );
  let followed: Followed;
  try {
    followed = followAxes(model, givenAxes);
  } catch (error) {
    if (error instanceof UnknownOrder) throw ambiguous(undefined, error.origin);
    throw error;
  }
  const owners = new Map<string, string>();
  const claim = (key: string, { path }: PlacedLayer): string => {
    const owner = owners.get(key);
    if (owner !== undefined) throw keyTwice(subject, key, owner, path);
    owners.set(key, path);
    return key;
  };
  return layers.map((placed) => {
    const { layer, className, weights } = placed;
    const prefix = pyTorchName(placed, names);
    const visits = followed.visits.get(layer) ?? [];
    return {
      weights: weights.map((weight) => {
        const orders = visits.flatMap((visit) =>
          visit.orders.map((order) =>
            weightOrder(placed, weight, visit, order, followed.units.get(layer)),
          ),
        );
        const unclear = visits.find((visit) => visit.orders.length === 0);
        const [first] = orders;
        if (unclear || !orders.every((order) => sameWeightOrder(order, first))) {
          const several = visits.find(({ orders: { length } }) => length > 1);
          throw ambiguous(layer, (unclear ?? several ?? visits[0]).origin);
        }
        if (first === undefined)
          throw noCounterpart(subject, `${placed.path} with its ${weight.name}`);
        return {
          weight,
          key: claim(`${prefix}.${NAMES.get(weight.name)}`, placed),
          shape: pyTorchShape(className, weight, first),
          toPyTorch: (values) => reordered(values, first, "there"),
          fromPyTorch: (values) => reordered(values, first, "here"),
        };
      }),
      counter:
        className === "BatchNormalization"
          ? claim(`${prefix}.num_batches_tracked`, placed)
          : undefined,
    };
  });
}

/** What a layer is called in PyTorch: by its own name there, or by that of the model that it is in. */
function pyTorchName({ names: way }: PlacedLayer, names: Readonly<Record<string, string>>): string {
  for (let depth = way.length; depth > 0; depth--) {
    const path = way.slice(0, depth).join(".");
    if (Object.hasOwn(names, path)) return [names[path], ...way.slice(depth)].join(".");
  }
  return way.join(".");
}

function noCounterpart(subject: string, got: string): ArgumentError {
  return new ArgumentError({
    subject,
    expected: `layers that PyTorch has too: ${CLASSES.join(", ")} (PReLU with one slope a channel)`,
    got,
    remedy: 'use layout "keras", and convert the weights of this layer yourself',
  });
}

function keyTwice(subject: string, key: string, first: string, second: string): ArgumentError {
  const what = first === second ? `two layers called ${first}` : `${first} and ${second}`;
  return new ArgumentError({
    subject,
    expected: "another name in PyTorch for each layer",
    got: `${JSON.stringify(key)} for ${what}`,
    remedy: "give one of them another name, in the model or with the option names",
  });
}

function unknownOrder(
  subject: string,
  at: string | undefined,
  path: string | undefined,
  origin: OpenOrder | undefined,
): ArgumentError {
  const of = at === undefined ? "" : ` of ${at}`;
  const here = range(origin?.rank ?? 1).map((axis) => axis + 1);
  const first = [here.length, ...here.slice(0, -1)];
  const remedy =
    path === undefined || here.length < 2
      ? 'use layout "keras", and convert the weights yourself'
      : `say in which order PyTorch has the axes that ${path} changes: ` +
        `axes: { ${JSON.stringify(path)}: [${first.join(", ")}] } if the last comes first there, ` +
        `[${here.join(", ")}] if they are as here`;
  return new ArgumentError({
    subject,
    expected: `one order in which PyTorch can have the features${of}`,
    got: "a network that can be written there in several ways",
    remedy,
  });
}
