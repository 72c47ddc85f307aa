/** What is known of a weight before a file is read. */
export interface KerasWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
  /**
   * Where below its layer's group Keras 3 keeps it: an LSTM's in `"cell"`; `""` if there itself.
   */
  readonly part: string;
}

/** What is known of a layer before a file is read. */
export interface KerasLayer {
  readonly name: string;
  /** Keras's name of the class, e.g. `"Conv2D"`. */
  readonly className: string;
  /** The same object wherever the same layer comes again. */
  readonly identity: object;
  /** In Keras's order; empty for a layer without, and for a model. */
  readonly weights: readonly KerasWeight[];
  /** The layers of a model that is itself a layer. */
  readonly inner?: readonly KerasLayer[];
}

/** A layer's weights by the part of it that Keras keeps them in. */
export function weightsByPart({ weights }: KerasLayer): { part: string; weights: KerasWeight[] }[] {
  const parts = [...new Set(weights.map(({ part }) => part))];
  return parts.map((part) => ({ part, weights: weights.filter((weight) => weight.part === part) }));
}

/** The values of weights. */
export type KerasValues = ReadonlyMap<KerasWeight, Float32Array>;

/**
 * The groups of Keras 3's files, one per layer: the class in snake case, counted where it repeats
 * (`conv2d`, `conv2d_1`). The layers' own names do not count there.
 */
export function keras3Groups(layers: readonly Pick<KerasLayer, "className">[]): string[] {
  const counts = new Map<string, number>();
  return layers.map(({ className }) => {
    // What Keras calls a Functional model is called Model here.
    const base = snakeCase(className === "Model" ? "Functional" : className, "keras3");
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  });
}

/**
 * The name that Keras makes of a class: of `MaxPooling2D` `max_pooling2d`, of `ReLU` `re_lu`. Keras 2 and
 * TensorFlow.js make `res_net50_v2` of `ResNet50V2`, Keras 3 `res_net50v2`.
 */
export function snakeCase(className: string, style: "keras2" | "keras3"): string {
  return className
    .replace(style === "keras2" ? /(.)([A-Z][a-z0-9]+)/g : /(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** A weight of a layer or of one of its inner layers, with the names that lead to it. */
export interface NamedWeight {
  readonly weight: KerasWeight;
  /** E.g. `"kernel"`, or `"conv2d/kernel"` in an inner model. */
  readonly name: string;
}

/** A layer's weights as Keras 2 lists them: what is trained first, which matters for inner models. */
export function keras2Weights(layer: KerasLayer): NamedWeight[] {
  const all = allWeights(layer, [], new Set());
  const trained = all.filter(({ weight }) => weight.trainable);
  const fixed = all.filter(({ weight }) => !weight.trainable);
  return [...trained, ...fixed];
}

function allWeights(layer: KerasLayer, way: readonly string[], seen: Set<object>): NamedWeight[] {
  // A layer that several models share has its weights once.
  if (seen.has(layer.identity)) return [];
  seen.add(layer.identity);
  if (!layer.inner) {
    return layer.weights.map((weight) => ({ weight, name: [...way, weight.name].join("/") }));
  }
  return layer.inner.flatMap((inner) => allWeights(inner, [...way, inner.name], seen));
}
