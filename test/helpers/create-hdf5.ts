import { File, ready } from "h5wasm";

/** The bytes of the HDF5 file that `fill` writes into, by the HDF5 library itself. */
export async function createHdf5(fill: (file: File) => void): Promise<Uint8Array> {
  const { FS } = await ready;
  const file = new File("/test.h5", "w");
  try {
    fill(file);
  } finally {
    file.close();
  }
  const bytes = FS.readFile("/test.h5");
  FS.unlink("/test.h5");
  return bytes;
}
