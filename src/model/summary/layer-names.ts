import { snakeCase } from "../../formats/keras-layer.ts";

/** What the naming needs to know of a layer. */
interface Named {
  readonly name: string;
  getClassName(): string;
}

/**
 * The names that Keras would give the layers in a new session, one a layer. Names that the user chose
 * stay, those that TensorFlow.js made up (`conv2d_Conv2D7`) are replaced.
 */
export function layerNames(layers: readonly Named[], style: "keras2" | "keras3"): string[] {
  const taken = new Set(layers.filter((layer) => !isAutomatic(layer)).map(({ name }) => name));
  const counts = new Map<string, number>();
  const nextName = (base: string): string => {
    // Keras 2 counts its inputs from 1, everything else starts without a number.
    const count = counts.get(base) ?? (base === "input" ? 1 : 0);
    counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  };
  return layers.map((layer) => {
    if (!isAutomatic(layer)) return layer.name;
    const isInput = layer.getClassName() === "InputLayer";
    const base = isInput && style === "keras2" ? "input" : snakeCase(layer.getClassName(), style);
    let name = nextName(base);
    while (taken.has(name)) name = nextName(base);
    return name;
  });
}

/** The model's name: the one that the user chose, or Keras's. */
export function modelName(
  { name, className }: { name: string; className: string },
  style: "keras2" | "keras3",
): string {
  if (/^sequential_\d+$/.test(name)) return "sequential";
  if (!/^model\d*$/.test(name)) return name;
  // A sequential model read from a file may have lost its name, but not its class.
  if (className === "Sequential") return "sequential";
  return style === "keras2" ? "model" : "functional";
}

function isAutomatic(layer: Named): boolean {
  const className = layer.getClassName();
  if (className === "InputLayer") return /^input(_?\d+)?$/.test(layer.name);
  const prefix = `${snakeCase(className, "keras2")}_${className}`;
  return layer.name.startsWith(prefix) && /^\d+$/.test(layer.name.slice(prefix.length));
}
