/** What a model computes again and again, without asking its layers each time where that is possible. */
import type { Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel, LayerVariable } from "@tensorflow/tfjs-layers";
import { makeRecorder, type Recorder } from "./backend/recorder.ts";
import { type Draw, drawAgain, watchDraws } from "./layers/random-step.ts";
import { weightsInOrder } from "./layer-tree.ts";
import { HeldByLayers, whyNotCallable } from "./repeatable.ts";

/** What a model gives for data. */
export const repeatedCalls = (model: LayersModel): Repeated => new Repeated(model, whyNotCallable);

/**
 * One computation of a model. It follows from data, the model's weights and the seeds that its layers draw,
 * as long as these layers stay as they are: so a backend may record it and repeat it.
 */
export class Repeated {
  readonly #model: LayersModel;
  readonly #whyNot: (model: LayersModel) => string;
  #recorder: Recorder | undefined;
  /** Why nothing is repeated. */
  #reason = "";
  /** What the layers held when recording began, and the weights that they have as long as they do. */
  #held: HeldByLayers | undefined;
  #weights: readonly LayerVariable[] = [];
  #draws: readonly Draw[] = [];

  /** @param whyNot says why the model's computation may not be repeated; empty where it may. */
  constructor(model: LayersModel, whyNot: (model: LayersModel) => string) {
    this.#model = model;
    this.#whyNot = whyNot;
  }

  /**
   * The results, which the caller disposes.
   * @param data all that is read beside the weights.
   * @param compute always the same, but for the data.
   */
  run(data: readonly Tensor[], compute: () => Tensor[]): Tensor[] {
    this.#lookAtLayers();
    if (!this.#recorder) return compute();
    const computation = {
      inputs: [...data, ...this.#weights.map((weight) => weight.read())],
      compute: () => {
        const draws: Draw[] = [];
        const outputs = watchDraws(draws, compute);
        this.#draws = draws;
        return { outputs, drawn: draws.map(({ seed }) => seed) };
      },
      draw: () => drawAgain(this.#draws),
    };
    return this.#reason === ""
      ? this.#recorder.run(computation)
      : this.#recorder.eager(computation, this.#reason);
  }

  /** Gives up what was recorded. */
  dispose(): void {
    this.#recorder?.dispose();
    this.#recorder = undefined;
    this.#held = undefined;
  }

  /** Begins anew where layers have other settings, or hold other things, than before. */
  #lookAtLayers(): void {
    if (this.#held?.isStillHeldBy(this.#model)) return;
    this.dispose();
    this.#held = new HeldByLayers(this.#model);
    this.#weights = weightsInOrder(this.#model);
    this.#reason = this.#whyNot(this.#model);
    this.#recorder = makeRecorder();
  }
}
