import { describe } from "../../checks.ts";
import { mismatch } from "../../formats/mismatch.ts";

/** What PyTorch's wrappers call the module inside: DataParallel and its kin, and torch.compile. */
const WRAPPERS = /(^|\.)(?:module|_orig_mod)(?=\.)/g;

/**
 * The tensors of a file under the names that they have without the wrappers that modules were in when it was
 * written, however deep: `module._orig_mod.fc.weight` is `fc.weight`. Names that are expected stay as they are.
 * @throws {DataError} if two tensors then have one name.
 */
export function withoutWrappers<T>(
  tensors: ReadonlyMap<string, T>,
  expected: ReadonlySet<string>,
): ReadonlyMap<string, T> {
  const plain = new Map<string, T>();
  const origins = new Map<string, string>();
  for (const [key, tensor] of tensors) {
    const name = expected.has(key)
      ? key
      : key
          .replace(WRAPPERS, "$1")
          .replace(/\.{2,}/g, ".")
          .replace(/^\./, "");
    const before = origins.get(name);
    if (before !== undefined) {
      const prefix = [before, key].flatMap((each) => each.match(/(?:module|_orig_mod)\./g) ?? []);
      throw mismatch(
        `one tensor ${name}, with or without the prefix ${prefix.join("")}`,
        `${describe(before)} and ${describe(key)}`,
        "leave one of the two out where the file is written",
      );
    }
    origins.set(name, key);
    plain.set(name, tensor);
  }
  return plain;
}
