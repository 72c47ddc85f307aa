import {
  add,
  AdamOptimizer,
  dispose,
  div,
  engine,
  mul,
  sqrt,
  square,
  sub,
  tidy,
  type Variable,
  zerosLike,
} from "@tensorflow/tfjs-core";
import type { NamedTensor, NamedVariableMap } from "./internals.ts";
import { hasFusedKernel, runFusedKernel } from "./backend/fused-kernels.ts";

interface Moments {
  readonly m: Variable;
  readonly v: Variable;
}

/**
 * Adam as Keras computes it. With t the number of this step:
 *
 *     alpha = learningRate * sqrt(1 - beta2^t) / (1 - beta1^t)
 *     m += (g - m) * (1 - beta1);  v += (g^2 - v) * (1 - beta2)
 *     w -= alpha * m / (sqrt(v) + epsilon)
 *
 * TensorFlow.js corrects both moments first and adds epsilon to the corrected root, which gives
 * other steps where gradients are tiny. It also keeps moments by position; here they belong to
 * their variable, so freezing a layer in the middle of a run does not mix them up.
 *
 * It saves and loads as an ordinary `Adam`. Being restored from saved weights, it continues with
 * the same bits: the powers of the betas are running products in double precision, recomputed in
 * the same order.
 */
export class KerasAdam extends AdamOptimizer {
  readonly #moments = new Map<string, Moments>();
  #restored: NamedTensor[] = [];
  #power1 = 1;
  #power2 = 1;
  #powersOf = 0;

  /**
   * @param learningRate above 0; default 0.001.
   * @param beta1 decay of the first moment, in [0, 1); default 0.9.
   * @param beta2 decay of the second moment, in [0, 1); default 0.999.
   * @param epsilon added to the root of the second moment; default 1e-7.
   */
  constructor(learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7) {
    super(learningRate, beta1, beta2, epsilon);
  }

  override applyGradients(gradients: NamedVariableMap | NamedTensor[]): void {
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    // Every variable gets its moments at the first step, whether or not it has a gradient yet:
    // that keeps the order of the saved weights the order of the variables.
    const moments = list.map(({ name }) => this.#momentsOf(name));
    if (this.#restored.length > 0) this.#restore(list, moments);
    const alpha = this.learningRate * this.#biasCorrection();
    const updates = list.flatMap(({ name, tensor }, i) =>
      tensor == null
        ? []
        : [{ variable: engine().registeredVariables[name], gradient: tensor, ...moments[i] }],
    );
    tidy(() => {
      if (hasFusedKernel("AdamUpdate")) {
        runFusedKernel(
          "AdamUpdate",
          updates.flatMap(({ variable, gradient, m, v }) => [variable, gradient, m, v]),
          { beta1: this.beta1, beta2: this.beta2, alpha, epsilon: this.epsilon },
        );
        return;
      }
      for (const { variable, gradient, m, v } of updates) {
        const newM = add(m, mul(sub(gradient, m), 1 - this.beta1));
        const newV = add(v, mul(sub(square(gradient), v), 1 - this.beta2));
        const step = div(mul(newM, alpha), add(sqrt(newV), this.epsilon));
        m.assign(newM);
        v.assign(newV);
        variable.assign(sub(variable, step));
      }
    });
    this.incrementIterations();
  }

  override dispose(): void {
    super.dispose();
    for (const { m, v } of this.#moments.values()) dispose([m, v]);
    this.#moments.clear();
    dispose(this.#restored.map(({ tensor }) => tensor));
    this.#restored = [];
  }

  override async getWeights(): Promise<NamedTensor[]> {
    const iterations = await this.saveIterations();
    if (this.#restored.length > 0) return [iterations, ...this.#restored];
    const entries = [...this.#moments];
    return [
      iterations,
      ...entries.map(([name, { m }]) => ({ name: `${name}/m`, tensor: m })),
      ...entries.map(([name, { v }]) => ({ name: `${name}/v`, tensor: v })),
    ];
  }

  override async setWeights(weights: NamedTensor[]): Promise<void> {
    const moments = await this.extractIterations(weights);
    for (const { m, v } of this.#moments.values()) dispose([m, v]);
    this.#moments.clear();
    dispose(this.#restored.map(({ tensor }) => tensor));
    // The variables that these belong to show up at the next step; until then they wait as copies.
    this.#restored = moments.map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));
    this.#restored.forEach(({ tensor }) => engine().keep(tensor));
    this.#powersOf = -1;
  }

  /** sqrt(1 - beta2^t) / (1 - beta1^t) for the step t that is being applied. */
  #biasCorrection(): number {
    if (this.#powersOf !== this.iterations) {
      this.#power1 = 1;
      this.#power2 = 1;
      for (let t = 0; t < this.iterations; t++) {
        this.#power1 *= this.beta1;
        this.#power2 *= this.beta2;
      }
    }
    this.#power1 *= this.beta1;
    this.#power2 *= this.beta2;
    this.#powersOf = this.iterations + 1;
    return Math.sqrt(1 - this.#power2) / (1 - this.#power1);
  }

  #momentsOf(name: string): Moments {
    let moments = this.#moments.get(name);
    if (!moments) {
      const variable = engine().registeredVariables[name];
      const zeros = (): Variable => tidy(() => zerosLike(variable).variable(false));
      moments = { m: zeros(), v: zeros() };
      this.#moments.set(name, moments);
    }
    return moments;
  }

  /**
   * Hands restored moments to their variables: by name where the names agree, else by position (a
   * second model in one process gets other variable names for the same layers).
   */
  #restore(list: readonly { name: string }[], moments: readonly Moments[]): void {
    const restored = this.#restored;
    const byName = new Map(restored.map(({ name, tensor }) => [name, tensor]));
    const named = list.every(({ name }) => byName.has(`${name}/m`) && byName.has(`${name}/v`));
    if (named || restored.length === 2 * list.length) {
      list.forEach(({ name }, i) => {
        moments[i].m.assign(named ? byName.get(`${name}/m`)! : restored[i].tensor);
        moments[i].v.assign(named ? byName.get(`${name}/v`)! : restored[list.length + i].tensor);
      });
    }
    dispose(restored.map(({ tensor }) => tensor));
    this.#restored = [];
  }
}
