/** What is about to be an HDF5 file: groups in groups, arrays of float32, texts about them. */
import { describe } from "../checks.ts";
import { ArgumentError } from "../errors.ts";
import { ATTRIBUTE_BYTES, LEVELS, levels } from "./hdf5-limits.ts";

/** Numbers in a file. */
export interface Hdf5Array {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A group; the one that all others are in is the file. */
export class Hdf5Group {
  readonly entries = new Map<string, Hdf5Group | Hdf5Array>();
  /** A text, or a list of texts that is one entry at least, or empty. */
  readonly attributes = new Map<string, string | readonly string[]>();

  /**
   * The group `path` below this one, made together with those that it lies in where they are missing.
   * @param depth of groups that this one lies in.
   * @throws {ArgumentError} if HDF5 has no such names.
   */
  group(path: string, depth = 0): Hdf5Group {
    const parts = levels(path) + depth;
    if (parts > LEVELS) {
      throw unkeepable(
        `names of layers that HDF5 can keep: of at most ${LEVELS} parts between slashes with those around them`,
        `${parts} in ${describe(path)}`,
      );
    }
    return path.split("/").reduce<Hdf5Group>((group, name) => {
      if (name === "" || name === "." || path.includes("\0")) {
        throw unkeepable(
          "names of layers that HDF5 can keep: parts between slashes, none empty or a dot",
          describe(path),
        );
      }
      const found = group.entries.get(name) ?? new Hdf5Group();
      if (!(found instanceof Hdf5Group)) {
        throw unkeepable("names of layers that are no weights of other layers", describe(path));
      }
      group.entries.set(name, found);
      return found;
    }, this);
  }

  /** A list of names as an attribute; a long list in parts, as Keras does it. */
  setNames(attribute: string, names: readonly string[]): void {
    const lengths = names.map((name) => new TextEncoder().encode(name).length);
    const bytes = Math.max(1, ...lengths);
    if (bytes > ATTRIBUTE_BYTES) {
      throw unkeepable(
        `names of layers that HDF5 can keep: of at most ${ATTRIBUTE_BYTES} bytes`,
        `${bytes} bytes in ${describe(names[lengths.indexOf(bytes)])}`,
      );
    }
    const perPart = Math.floor(ATTRIBUTE_BYTES / bytes);
    const parts = Math.max(1, Math.ceil(names.length / perPart));
    for (let part = 0; part < parts; part++) {
      const some = names.slice(part * perPart, (part + 1) * perPart);
      this.attributes.set(parts === 1 ? attribute : `${attribute}${part}`, some);
    }
  }
}

function unkeepable(expected: string, got: string): ArgumentError {
  const remedy = "call the layer otherwise, or use safetensors";
  return new ArgumentError({ subject: "saveWeights", expected, got, remedy });
}
