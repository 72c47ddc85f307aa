/**
 * Which random numbers a layer draws: they belong to a training step and, where a layer is applied
 * several times in it, to the call within the step. A resumed run finds those of any step without
 * having drawn the ones before.
 */
import { shared } from "../../brand.ts";
import { deriveSeed } from "../../random/stream.ts";
import type { CallArguments, LayerInternals } from "../internals.ts";

interface Turn {
  /** The step that the next pass through the network is. */
  next: number;
  step: number;
  /** Calls before this one in the step. */
  call: number;
  /** What tfjs-layers hands to all layers in one pass through the network: it tells passes apart. */
  pass?: CallArguments;
}

const turns = /* @__PURE__ */ shared("turns", () => new WeakMap<LayerInternals, Turn>());
const ordinals = /* @__PURE__ */ shared("ordinals", () => new WeakMap<LayerInternals, number>());

/** Says which training step comes next for a layer. */
export function setLayerStep(layer: LayerInternals, step: number): void {
  turns.set(layer, { next: step, step, call: 0 });
}

/** Gives a layer its position among the model's layers of its class: tells those without a seed apart. */
export function numberLayer(layer: LayerInternals, ordinal: number): void {
  ordinals.set(layer, ordinal);
}

/** One drawing of a seed: what {@link seedOfCall} was asked, and what it said. */
export interface Draw {
  readonly asked: Parameters<typeof seedOfCall>;
  readonly seed: number;
}

let watched: Draw[] | undefined;

/** Notes which seeds are drawn while something is computed. */
export function watchDraws<T>(draws: Draw[], compute: () => T): T {
  const outer = watched;
  watched = draws;
  try {
    return compute();
  } finally {
    watched = outer;
  }
}

/** Draws the seeds of the same calls again, in another step: layers go on as if they had been called. */
export function drawAgain(draws: readonly Draw[]): number[] {
  const passes = new Map<CallArguments, CallArguments>();
  return draws.map(({ asked: [layer, pass, ...others] }) => {
    const again = passes.get(pass) ?? { ...pass };
    passes.set(pass, again);
    return seedOfCall(layer, again, ...others);
  });
}

/** The seed of the numbers that a call of a layer draws. */
export function seedOfCall(
  layer: LayerInternals,
  pass: CallArguments,
  purpose: string,
  seed?: number | null,
): number {
  let turn = turns.get(layer);
  if (!turn) turns.set(layer, (turn = { next: 0, step: 0, call: 0 }));
  if (turn.pass === pass) {
    turn.call++;
  } else {
    Object.assign(turn, { step: turn.next, next: turn.next + 1, call: 0, pass });
  }
  const ordinal = seed == null ? (ordinals.get(layer) ?? 0) : -1;
  const { step, call } = turn;
  const drawn = deriveSeed(seed ?? 0, purpose, ordinal, step, ...(call === 0 ? [] : [call]));
  watched?.push({ asked: [layer, pass, purpose, seed], seed: drawn });
  return drawn;
}
