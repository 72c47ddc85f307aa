/**
 * A step of a run whose batches are cut into shards: the gradients of each shard, the mean of all, and one
 * update. What a forward pass moves by itself, statistics of normalisation, is averaged in the same way.
 */
import {
  add,
  dispose,
  engine,
  mul,
  type Optimizer,
  type Scalar,
  slice,
  sub,
  type Tensor,
  tensor,
  tidy,
  type Variable,
} from "@tensorflow/tfjs-core";
import { assignTo } from "../../model/constraints.ts";
import { modelInternals } from "../../model/internals.ts";
import { setTrainingStep } from "../../model/keras-layers.ts";
import { leavesOf } from "../../model/layer-tree.ts";
import type { ModelCall } from "../feed/feed.ts";
import { compiledMetrics, type TrainingStep } from "../run/compiled-model.ts";
import { addInTree } from "./add-in-tree.ts";
import { type Cut, filled, rowsOf, type Shards } from "./cut.ts";
import type { Ranks } from "./ranks.ts";
import type { Cuts } from "./shared-feed.ts";
import { meanOverRanks } from "./mean-over-ranks.ts";

/** What shards give: all of it is averaged. */
interface Part {
  /** Loss and metrics, then by how much each statistic has moved. */
  readonly values: Tensor[];
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** A step that shares its shards out. @param step of a batch that is whole. */
export function sharedStep(
  step: TrainingStep,
  { model }: ModelCall,
  shards: Shards,
  ranks: Ranks,
  cuts: Cuts,
): TrainingStep {
  const optimizer = modelInternals(model).optimizer!;
  const statistics = [
    ...new Set(leavesOf(model).flatMap((layer) => layer._nonTrainableWeights ?? [])),
  ];
  // A step holds weights to their constraints behind the update; behind a shard there is none.
  const constrained = modelInternals(model).collectedTrainableWeights.filter(
    ({ constraint }) => (constraint as unknown) != null,
  );

  const compiled = ["loss", ...compiledMetrics(model)];

  /** What one shard gives, multiplied by its weight; the model is as it was. */
  const partOf = async (data: Tensor[], index: number, weight: number): Promise<Part> => {
    const before = [...statistics, ...constrained].map((each) => each.read().clone());
    let gradients: Readonly<Record<string, Tensor>> = {};
    const number = optimizer.iterations * shards.count + index;
    const measured = await withMinimize(
      optimizer,
      (loss, _, variables) => {
        setTrainingStep(model, number);
        const { value, grads } = optimizer.computeGradients(loss, variables);
        gradients = grads;
        return value;
      },
      () => step.make(data),
    );
    const moved = tidy(() => statistics.map((each, i) => sub(each.read(), before[i])));
    [...statistics, ...constrained].forEach((each, i) => {
      assignTo(each, before[i]);
    });
    dispose(before);
    const part = { values: [...measured, ...moved], gradients };
    return weight === 1 ? part : mapped(part, (each) => mul(each, weight));
  };

  /** The mean of all shards; loss and metrics come first. */
  const meanOf = async (data: Tensor[], cut: Cut): Promise<Part> => {
    const count = filled(cut);
    const last = cut.rows - (count - 1) * cut.each;
    const [start] = rowsOf(cut, shards.first);
    const sum = await addInTree(
      shards.first,
      shards.first + shards.own,
      async (index) => {
        const [from, end] = rowsOf(cut, index);
        if (from === end) return undefined;
        // Of a short batch the last shard counts less: by its share, relative to an even one.
        const weight = last === cut.each ? 1 : ((end - from) * count) / cut.rows;
        const rows = tidy(() => data.map((each) => slice(each, from - start, end - from)));
        try {
          return await partOf(rows, index, weight);
        } finally {
          dispose(rows);
        }
      },
      added,
    );
    if (ranks.size === 1) return mapped(sum!, (each) => mul(each, Math.fround(1 / count)));
    await ranks.meet("step");
    return meanOfRanks(sum, count);
  };

  /** Those of all processes, of which each has added a branch. */
  const meanOfRanks = async (sum: Part | undefined, count: number): Promise<Part> => {
    const isIdle = (rank: number): boolean => rank * shards.own >= count;
    // By their numbers: names are a process's own.
    const trained = modelInternals(model).collectedTrainableWeights.map(
      (weight) => (weight.read() as Variable).name,
    );
    let moved = [...trained.keys()].filter((i) => sum?.gradients[trained[i]] != null);
    // Who has no shard of a short batch does not know what there is a gradient of.
    if (isIdle(ranks.size - 1)) {
      moved = JSON.parse((await ranks.texts(JSON.stringify(moved)))[0]) as number[];
    }
    const names = moved.map((i) => trained[i]);
    const shapes = [
      ...compiled.map((): number[] => []),
      ...statistics.map(({ shape }) => shape as number[]),
      ...names.map((name) => engine().registeredVariables[name].shape),
    ];
    const tensors = sum && [...sum.values, ...names.map((name) => sum.gradients[name])];
    const floats = await meanOverRanks(tensors, shapes, ranks, isIdle, Math.fround(1 / count));
    dispose(tensors ?? []);
    const means = floats.map((values, i) => tensor(values, shapes[i], "float32"));
    const gradients = means.splice(compiled.length + statistics.length);
    return {
      values: means,
      gradients: Object.fromEntries(names.map((name, i) => [name, gradients[i]])),
    };
  };

  const make = async (data: Tensor[]): Promise<Scalar[]> => {
    const { values, gradients } = await meanOf(data, cuts.get(data[0])!);
    const moved = values.splice(compiled.length);
    statistics.forEach((each, i) => {
      tidy(() => {
        assignTo(each, add(each.read(), moved[i]));
      });
    });
    await withMinimize(
      optimizer,
      (_loss, _returnCost, variables = []) => {
        optimizer.applyGradients(variables.map(({ name }) => ({ name, tensor: gradients[name] })));
        return values[0] as Scalar;
      },
      () => step.make(data),
    );
    dispose([moved, { ...gradients }]);
    return values as Scalar[];
  };
  return {
    make,
    dispose: () => {
      step.dispose();
    },
  };
}

/** Has an optimizer minimise otherwise while something is done. */
async function withMinimize<T>(
  optimizer: Optimizer,
  minimize: (loss: () => Scalar, returnCost?: boolean, variables?: Variable[]) => Scalar,
  action: () => Promise<T>,
): Promise<T> {
  const own = Object.getOwnPropertyDescriptor(optimizer, "minimize");
  optimizer.minimize = minimize;
  try {
    return await action();
  } finally {
    if (own) Object.defineProperty(optimizer, "minimize", own);
    else Reflect.deleteProperty(optimizer, "minimize");
  }
}

/** Another part, made of one, which is disposed. */
function mapped(part: Part, change: (tensor: Tensor) => Tensor): Part {
  return joinedBy(part, part, change);
}

/** The sum of two parts, which are disposed. */
function added(left: Part, right: Part): Part {
  return joinedBy(left, right, add);
}

function joinedBy(left: Part, right: Part, join: (one: Tensor, other: Tensor) => Tensor): Part {
  const values = left.values.map((value, i) => join(value, right.values[i]));
  const names = Object.keys(left.gradients).filter((name) => left.gradients[name] != null);
  const gradients = Object.fromEntries(
    names.map((name) => [name, join(left.gradients[name], right.gradients[name])]),
  );
  for (const part of [left, right]) dispose([part.values, { ...part.gradients }]);
  return { values, gradients };
}
