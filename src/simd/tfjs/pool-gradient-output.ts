import type { TensorInfo } from "@tensorflow/tfjs-core";
import { poolGradient, type Pooling, type PoolShape } from "../plans/pool.ts";
import type { SimdBackend } from "./backend.ts";
import type { SizesOfPool } from "./sizes-of-pool.ts";
import type { PendingData } from "./tensor-record.ts";

/** The gradient of a maximum pooling, computed when it is asked for: batch normalisation may take it into its own. */
export class PoolGradientOutput implements PendingData {
  readonly dy: TensorInfo;
  /** What was pooled. */
  readonly kept: TensorInfo;
  readonly #backend: SimdBackend;
  readonly #sizes: SizesOfPool;

  constructor(
    backend: SimdBackend,
    sizes: SizesOfPool,
    { dy, kept }: Record<"dy" | "kept", TensorInfo>,
  ) {
    this.#backend = backend;
    this.#sizes = sizes;
    [this.dy, this.kept] = [dy, kept].map((tensor) => backend.share(tensor));
  }

  get shape(): PoolShape {
    return this.#sizes.shape;
  }

  compute(dx: number): void {
    passBackPooled(this.#backend, "max", this.#sizes, this, dx);
  }

  release(): void {
    for (const tensor of [this.dy, this.kept]) {
      this.#backend.disposeIntermediateTensorInfo(tensor);
    }
  }
}

/** Writes the gradient of what was pooled; averages need none of that. */
export function passBackPooled(
  backend: SimdBackend,
  kind: Pooling,
  sizes: SizesOfPool,
  { dy, kept }: Record<"dy" | "kept", TensorInfo>,
  dx: number,
): void {
  const x = kind === "max" ? backend.pointer(kept) : null;
  backend.run(
    [`${kind} pool gradient`, sizes],
    { x, y: backend.pointer(dy), dx },
    (plan, places) => {
      poolGradient(plan, kind, sizes.shape, places);
    },
  );
}
