import { loadHdf5, openHdf5 } from "../../src/formats/hdf5.ts";

/** The paths and shapes of an HDF5 file's datasets. */
export async function contentOf(bytes: Uint8Array): Promise<Record<string, number[]>> {
  const hdf5 = await loadHdf5();
  return openHdf5(hdf5, bytes, (file) => {
    const found: Record<string, number[]> = {};
    const search = (group: typeof file | InstanceType<typeof hdf5.Group>): void => {
      for (const key of group.keys()) {
        const item = group.get(key);
        if (item instanceof hdf5.Dataset) found[item.path.replace(/^\/+/, "")] = item.shape!;
        else if (item instanceof hdf5.Group) search(item);
      }
    };
    search(file);
    return found;
  });
}
