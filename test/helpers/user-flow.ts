import type { Batch, Flow } from "cifar-kit";

/** A flow as a user may write it: like another one, with something of it, or of its batches, changed. */
export function flowLike(
  inner: Flow,
  outline: object = {},
  change: (batch: Batch, index: number) => object = () => ({}),
): Flow {
  const { length, size, batchSize, imageShape, classNames } = inner;
  const flow = {
    ...{ length, size, batchSize, imageShape, classNames },
    batch: (epoch: number, index: number) => {
      const batch = inner.batch(epoch, index);
      return { ...batch, ...change(batch, index) };
    },
    *epoch(epoch: number) {
      for (let index = 0; index < length; index++) yield flow.batch(epoch, index);
    },
    [Symbol.iterator]: () => flow.epoch(0)[Symbol.iterator](),
    ...outline,
  };
  return flow;
}
