/** Keeps a byte, and is worth what it finds kept: how often it was run. */
import { defineTrial } from "cifar-kit/study";

export default defineTrial(async ({ checkpoint }) => {
  const store = await checkpoint.store.open();
  try {
    const names = await store.list();
    await store.write(`checkpoint-${names.length}`, Uint8Array.of(1));
    return names.length;
  } finally {
    await store.close();
  }
});
