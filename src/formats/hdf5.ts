import type { File as Hdf5File } from "h5wasm";
import { messageOf } from "../text/describe.ts";
import { optionalPackage } from "../runtime/optional-package.ts";

/** What `h5wasm` offers, once it runs. */
export type Hdf5 = Awaited<ReturnType<typeof loadHdf5>>;

/** In the module's own memory: nothing of this reaches a disk. */
const PATH = "/weights.h5";

/** The package `h5wasm`, loaded when first needed. */
export async function loadHdf5() {
  return optionalPackage(
    { subject: "weights in HDF5", name: "h5wasm", otherwise: ", or use safetensors" },
    async () => {
      const { File, Dataset, Group, ready } = await import("h5wasm");
      const module = await ready;
      return { File, Dataset, Group, module };
    },
  );
}

/** What `read` gives for an HDF5 file; errors of the HDF5 library are thrown as they are. */
export function openHdf5<T>(
  { File, module }: Hdf5,
  bytes: Uint8Array,
  read: (file: Hdf5File) => T,
): T {
  module.FS.writeFile(PATH, bytes);
  // Otherwise the library prints its errors and goes on.
  module.activate_throwing_error_handler();
  try {
    const file = new File(PATH, "r");
    try {
      return read(file);
    } finally {
      file.close();
    }
  } finally {
    module.deactivate_throwing_error_handler();
    remove(module);
  }
}

/**
 * Why the HDF5 library failed. It lists its calls, the innermost last: that one knows, but for those
 * that looked for a plugin afterwards.
 */
export function hdf5Reason(cause: unknown): string {
  const { message } = Object(cause) as { message?: unknown };
  const calls = String(message).matchAll(/ in (?!H5PL)\w+\(\): (.+)/g);
  return [...calls].at(-1)?.[1] ?? messageOf(cause);
}

function remove({ FS }: Hdf5["module"]): void {
  if (FS.analyzePath(PATH).exists) FS.unlink(PATH);
}
