import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ArgumentError, randomStream } from "cifar-kit";
import { asha, choice, median, type Pruner, runStudy, type TrialRecord } from "cifar-kit/study";
import { Memory, trialUrl } from "./in-process.ts";

interface Setting {
  readonly memory?: Memory;
  readonly direction?: "minimize" | "maximize";
  readonly trials?: number;
}

/** Runs curves that are given, and tells who went how far. */
async function study(
  curves: readonly (readonly number[])[],
  pruner: Pruner,
  { memory = new Memory(), direction = "minimize", trials = curves.length }: Setting = {},
) {
  const result = await runStudy({
    ...{ trial: trialUrl("curve"), space: { curve: choice(curves) }, sampler: "grid" },
    ...{ engine: memory, pruner, direction, trials, verbose: 0 },
  });
  return {
    memory,
    result,
    epochs: result.trials.map(({ reports }) => reports.at(-1)?.epochs),
    states: result.trials.map(({ state }) => state),
  };
}

const rng = randomStream(1, "curves");
/** Curves that fall from where they begin; all different. */
const curvesOf = (starts: readonly number[], epochs = 4): number[][] =>
  starts.map((start) => Array.from({ length: epochs }, (_, i) => start / (i + 1)));

describe("asha", () => {
  const RUNGS = [1, 2, 4];

  it("lets the best of those that came so far go on, as the algorithm says", async () => {
    const starts = Array.from({ length: 27 }, () => rng.uniform());
    const { epochs, states, result } = await study(
      curvesOf(starts),
      asha({ metric: "loss", rungs: RUNGS, reduction: 3 }),
    );
    expect(epochs).toEqual(reference(starts, RUNGS, 3));
    expect(states).toEqual(epochs.map((n) => (n === 4 ? "complete" : "pruned")));
    expect(result.best.value).toBe(Math.min(...starts) / 4);
  });

  it("prefers large values where these are better", async () => {
    const curves = [
      [0.1, 0.1],
      [0.2, 0.2],
      [0.9, 0.9],
    ];
    const pruner = asha({ metric: "loss", rungs: [1, 2] });
    expect((await study(curves, pruner, { direction: "maximize" })).epochs).toEqual([1, 1, 2]);
    expect((await study(curves, pruner)).epochs).toEqual([2, 1, 1]);
  });

  it("makes no epoch twice, and goes on with a trial that waited", async () => {
    const starts = [0.5, 0.9, 0.8, 0.1, 0.7, 0.6];
    const { memory, epochs } = await study(
      curvesOf(starts),
      asha({ metric: "loss", rungs: RUNGS, reduction: 2 }),
    );
    // A trial without checkpoints begins anew each time; what it says again is not written again.
    const written = memory.operations.filter((one) => (one as { op_code: number }).op_code === 7);
    expect(written).toHaveLength(epochs.reduce<number>((sum, n) => sum + n!, 0));
  });

  it.each([1, 2])("lets the best of too few go all the way: %i", async (count) => {
    const { states, epochs } = await study(
      curvesOf([0.5, 0.4].slice(0, count)),
      asha({ metric: "loss", rungs: RUNGS }),
    );
    expect(states.filter((state) => state === "complete")).toHaveLength(1);
    expect(epochs.at(-1)).toBe(4);
  });

  it("takes NaN for the worst of all", async () => {
    const { epochs } = await study(
      [
        [NaN, 1],
        [3, 1],
        [2, 1],
      ].map((curve) => curve.map((loss) => (Number.isNaN(loss) ? -1e9 : loss))),
      nanBelow(asha({ metric: "loss", rungs: [1, 2] })),
    );
    expect(epochs).toEqual([1, 1, 2]);
  });

  it("judges more trials later beside those that were pruned", async () => {
    const pruner = asha({ metric: "loss", rungs: [1, 2], reduction: 2 });
    const curves = curvesOf([0.1, 0.2, 0.3, 0.05], 2);
    const first = await study(curves, pruner, { trials: 2 });
    expect(first.epochs).toEqual([2, 1]);
    const second = await study(curves, pruner, { memory: first.memory });
    expect(second.epochs).toEqual([2, 1, 1, 2]);
  });

  it("says which values trials have if there is no such one", async () => {
    await expect(study([[0.1, 0.2]], asha({ metric: "val_loss", rungs: [1, 2] }))).rejects.toThrow(
      /val_loss in the logs of a trial after 1 epochs, for the pruner, got loss, accuracy/,
    );
  });

  it.each<[string, object]>([
    ["no metric", { rungs: [1, 2] }],
    ["no rungs", { metric: "loss" }],
    ["a single rung", { metric: "loss", rungs: [3] }],
    ["rungs that do not ascend", { metric: "loss", rungs: [3, 3] }],
    ["a rung of no epochs", { metric: "loss", rungs: [0, 3] }],
    ["no reduction", { metric: "loss", rungs: [1, 3], reduction: 1 }],
    ["an unknown option", { metric: "loss", rungs: [1, 3], eta: 3 }],
  ])("refuses %s", (_, options) => {
    expect(() => asha(options as never)).toThrow(ArgumentError);
  });
});

describe("median", () => {
  interface Case {
    readonly direction: "minimize" | "maximize";
    readonly startup: number;
    readonly warmup: number;
    readonly trials: readonly {
      readonly curve: readonly string[];
      readonly prune: readonly boolean[];
    }[];
  }
  const { cases } = JSON.parse(
    readFileSync(new URL("../fixtures/study/median.optuna-5.json", import.meta.url), "utf8"),
  ) as { cases: readonly Case[] };

  it.each(cases)(
    "says what Optuna's MedianPruner says ($direction, $startup trials before, $warmup epochs)",
    ({ direction, startup, warmup, trials }) => {
      const pruner = median({ metric: "loss", startupTrials: startup, warmupEpochs: warmup });
      const records: TrialRecord[] = [];
      let pruned = 0;
      for (const [number, { curve, prune }] of trials.entries()) {
        const reports = curve.map((text, i) => ({
          ...{ epochs: i + 1, logs: {} },
          value: text === "nan" ? NaN : Number(text),
        }));
        const says = reports.map((_, i) =>
          pruner.isHopeless(record(number, reports.slice(0, i + 1)), {
            trials: records,
            direction,
          }),
        );
        expect(says).toEqual(prune);
        pruned += prune.filter(Boolean).length;
        records.push({ ...record(number, reports), state: "complete" });
      }
      expect(pruned).toBeGreaterThan(0);
    },
  );

  it("ends a trial where it falls behind, and keeps what it was worth", async () => {
    const { states, result, epochs } = await study(
      [
        [1, 0.5],
        [1, 0.4],
        [2, 0.1],
        [0.9, 0.9],
      ],
      median({ metric: "loss", startupTrials: 2 }),
    );
    expect(states).toEqual(["complete", "complete", "pruned", "pruned"]);
    expect(epochs).toEqual([2, 2, 1, 2]);
    expect(result.trials[2].value).toBe(2);
  });

  it("ends one of which a program that was killed had not said so", async () => {
    const pruner = median({ metric: "loss", startupTrials: 1 });
    const curves = [
      [1, 0.5],
      [2, 0.1],
    ];
    const { memory, result } = await study(curves, pruner);
    // Up to the last report, without what followed from it.
    memory.operations.splice(-1);
    expect((memory.operations.at(-1) as { op_code: number }).op_code).toBe(7);
    memory.runs.length = 0;
    expect((await study(curves, pruner, { memory })).result.trials).toEqual(result.trials);
    expect(memory.runs).toEqual([]);
  });

  it.each<[string, object]>([
    ["no metric", {}],
    ["less than no trials", { metric: "loss", startupTrials: -1 }],
    ["half an epoch", { metric: "loss", warmupEpochs: 0.5 }],
  ])("refuses %s", (_, options) => {
    expect(() => median(options as never)).toThrow(ArgumentError);
  });
});

function record(number: number, reports: TrialRecord["reports"]): TrialRecord {
  return {
    ...{ id: number, number, index: number, state: "running", params: {}, seed: 1, reports },
    ...{ value: undefined, promotions: 0, failures: 0, error: undefined },
    ...{ began: undefined, ended: undefined },
  };
}

/** Takes values below -1 for NaN, which a grid cannot hold. */
function nanBelow(pruner: Pruner): Pruner {
  const read = (trial: TrialRecord): TrialRecord => ({
    ...trial,
    reports: trial.reports.map((one) => ({ ...one, value: one.value! < -1 ? NaN : one.value })),
  });
  return {
    ...pruner,
    isWaiting: (trial) => pruner.isWaiting(read(trial)),
    next: ({ trials, direction }, isFree, isLast) =>
      pruner.next({ trials: trials.map(read), direction }, isFree, isLast),
  };
}

/**
 * Algorithm 2 of Li et al. with one worker, told in another way: how many epochs each trial comes to, where its loss
 * keeps the order of the starts.
 */
function reference(starts: readonly number[], rungs: readonly number[], eta: number): number[] {
  const at: number[][] = rungs.map(() => []);
  const isPromoted = rungs.map(() => new Set<number>());
  let begun = 0;
  const job = (): [trial: number, rung: number] | undefined => {
    for (let k = rungs.length - 2; k >= 0; k--) {
      const best = [...at[k]].sort((a, b) => starts[a] - starts[b]);
      const candidate = best
        .slice(0, Math.floor(best.length / eta))
        .find((trial) => !isPromoted[k].has(trial));
      if (candidate !== undefined) {
        isPromoted[k].add(candidate);
        return [candidate, k + 1];
      }
    }
    return begun < starts.length ? [begun++, 0] : undefined;
  };
  for (let next = job(); next; next = job()) at[next[1]].push(next[0]);
  return starts.map(
    (_, trial) => rungs[at.filter((reached) => reached.includes(trial)).length - 1],
  );
}
