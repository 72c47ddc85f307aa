/** What is known of a layer's weights before a file is read. */
export interface KerasLayer {
  readonly name: string;
  /** Keras's name of the class, e.g. `"Conv2D"`. */
  readonly className: string;
  /** In Keras's order; empty for a layer without. */
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

/** A layer with the values of its weights. */
export interface KerasLayerValues extends KerasLayer {
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
}

/**
 * The groups of Keras 3's files, one per layer: the class in snake case, counted where it repeats
 * (`conv2d`, `conv2d_1`). The layers' own names do not count there.
 */
export function keras3Groups(layers: readonly KerasLayer[]): string[] {
  const counts = new Map<string, number>();
  return layers.map(({ className }) => {
    const base = snakeCase(className);
    const count = counts.get(base) ?? 0;
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  });
}

/** By Keras's own rules: `MaxPooling2D` becomes `max_pooling2d`, `ReLU` becomes `re_lu`. */
function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
