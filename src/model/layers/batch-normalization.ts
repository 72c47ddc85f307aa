/**
 * Batch normalisation as Keras does it. Four things differ from tfjs-layers: a frozen layer
 * normalises with its moving statistics and leaves them alone, `center: false` and `scale: false` work
 * in training, other axes than the last and five axes do in training and in use, and the gradient is
 * a handful of operations instead of a long composite.
 */
import {
  add,
  customGrad,
  engine,
  keep,
  mean,
  mul,
  reshape,
  rsqrt,
  square,
  sub,
  sum,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import type { LayerVariable } from "@tensorflow/tfjs-layers";
import { hasFusedKernel, runFusedKernel } from "../backend/fused-kernels.ts";
import { type CallFactory, type LayerInternals, onlyTensor } from "../internals.ts";

/** The layer, with the members that its `call` needs. */
export interface BatchNormalizationLayer extends LayerInternals {
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma?: LayerVariable;
  readonly beta?: LayerVariable;
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
}

/** The layer's `call` with Keras's behaviour; `stock` is the one it had. */
export const batchNormalizationCall: CallFactory = (layer, stock) => {
  const self = layer as BatchNormalizationLayer;
  return (inputs, kwargs) => {
    const x = onlyTensor(inputs);
    const axis = self.axis < 0 ? self.axis + x.rank : self.axis;
    const isLast = axis === x.rank - 1;

    const training = kwargs.training === true && self.trainable;
    // Along another axis than the last, tfjs-layers' own takes the wrong statistics on most backends; a
    // gradient through it needs both weights.
    const isStock =
      isLast && x.rank <= 4 && ((self.gamma && self.beta) || !engine().state.gradientDepth);
    if (!training && isStock) {
      return stock(inputs, { ...kwargs, training });
    }
    return tidy(() => {
      self.invokeCallHook(inputs, kwargs);
      if (!training) return normalizeByStatistics(x, axis, self);
      const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
      const order = [...others, axis];
      const { y, batchMean, batchVariance } = normalize(
        isLast ? x : transpose(x, order),
        self.gamma?.read(),
        self.beta?.read(),
        self.epsilon,
      );
      updateMovingAverage(self.movingMean, batchMean, self.momentum);
      updateMovingAverage(self.movingVariance, batchVariance, self.momentum);
      return isLast
        ? y
        : transpose(
            y,
            x.shape.map((_, i) => order.indexOf(i)),
          );
    });
  };
};

/** What a layer computes that is frozen or in use, with a gradient for x. */
function normalizeByStatistics(x: Tensor, axis: number, layer: BatchNormalizationLayer): Tensor {
  const spread = (values: Tensor): Tensor =>
    reshape(
      values,
      x.shape.map((size, i) => (i === axis ? size : 1)),
    );
  const r = rsqrt(add(layer.movingVariance.read(), layer.epsilon));
  const scale = layer.gamma ? mul(layer.gamma.read(), r) : r;
  const scaled = mul(sub(x, spread(layer.movingMean.read())), spread(scale));
  return layer.beta ? add(scaled, spread(layer.beta.read())) : scaled;
}

/** moving = moving * momentum + batch * (1 - momentum), written as Keras rounds it. */
function updateMovingAverage(moving: LayerVariable, batch: Tensor, momentum: number): void {
  const old = moving.read();
  moving.write(sub(old, mul(sub(old, batch), 1 - momentum)));
}

interface Normalized {
  readonly y: Tensor;
  readonly batchMean: Tensor;
  readonly batchVariance: Tensor;
}

/** Normalises over all axes but the last. */
function normalize(
  x: Tensor,
  gamma: Tensor | undefined,
  beta: Tensor | undefined,
  epsilon: number,
): Normalized {
  if (!hasFusedKernel("BatchNormTraining")) return composedNormalize(x, gamma, beta, epsilon);
  const inputs = { x, gamma, beta };
  const [y, batchMean, batchVariance] = runFusedKernel("BatchNormTraining", inputs, { epsilon });
  return { y, batchMean, batchVariance };
}

/**
 * y = (x - mean) / sqrt(variance + epsilon) * gamma + beta over all axes but the last, with the
 * gradient in closed form. With xc = x - mean, r = 1 / sqrt(variance + epsilon), n values per
 * channel and sums over them:
 *
 *     d beta  = sum(dy)
 *     d gamma = sum(dy * xc) * r
 *     d x     = gamma * r * (dy - d beta / n - xc * r * d gamma / n)
 */
function composedNormalize(
  x: Tensor,
  gamma: Tensor | undefined,
  beta: Tensor | undefined,
  epsilon: number,
): Normalized {
  const axes = x.shape.map((_, axis) => axis).slice(0, -1);
  const n = x.size / x.shape[x.rank - 1];
  const statistics: Tensor[] = [];

  const forward = (...args: (Tensor | GradSaveFunc)[]): { value: Tensor; gradFunc: GradFunc } => {
    const save = args[args.length - 1] as GradSaveFunc;
    const batchMean = mean(x, axes);
    const centred = sub(x, batchMean);
    const batchVariance = mean(square(centred), axes);
    // These two leave through the side door: they take no part in the gradient.
    statistics.push(keep(batchMean), keep(batchVariance));
    const r = rsqrt(add(batchVariance, epsilon));
    const scale = gamma ? mul(gamma, r) : r;
    const scaled = mul(centred, scale);
    save([centred, r, scale]);
    return { value: beta ? add(scaled, beta) : scaled, gradFunc };
  };
  const gradFunc: GradFunc = (dy, [centred, r, scale]) => {
    const dBeta = sum(dy, axes);
    const dGamma = mul(sum(mul(dy, centred), axes), r);
    const dx = mul(
      sub(sub(dy, mul(dBeta, 1 / n)), mul(centred, mul(mul(r, dGamma), 1 / n))),
      scale,
    );
    return [dx, ...(gamma ? [dGamma] : []), ...(beta ? [dBeta] : [])];
  };
  const weights = [gamma, beta].filter((weight) => weight !== undefined);
  const y = customGrad(forward)(x, ...weights);
  const [batchMean, batchVariance] = statistics.map((kept) => {
    // From here on the enclosing tidy owns them.
    const owned = kept.clone();
    kept.dispose();
    return owned as Tensor1D;
  });
  return { y, batchMean, batchVariance };
}

type GradFunc = (dy: Tensor, saved: Tensor[]) => Tensor[];
