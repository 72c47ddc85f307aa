import { check } from "../checks.ts";
import { oneOf, readOptions, text } from "../options.ts";
import { badness } from "./pruners/pruner.ts";
import { readTrials } from "./parameter-importance.ts";
import type { Study } from "./study.ts";

/** Options of {@link meanOverFolds}. */
export interface MeanOverFoldsOptions {
  /** The name of the parameter that is the fold; default `"fold"`. */
  readonly fold?: string;
}

/** What a choice of parameters gave on all folds. */
export interface FoldScore {
  /** The parameters without the fold. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Of the values; the best of these comes first. */
  readonly mean: number;
  /** Standard deviation of the values around their mean, divided by their number as in scikit-learn's `std_test_score`. */
  readonly std: number;
  /** One for each fold, by the folds' values ascending. */
  readonly values: readonly number[];
}

/**
 * The results of a cross-validation: for each choice of the other parameters the mean of its values over the folds,
 * the best mean first, of equal ones the first that was tried. A choice that lacks the value of a fold is left out.
 * @param study what `runStudy` returned for a space with `folds`.
 * @throws {ArgumentError} if it is no study, or its trials have no such parameter.
 * @see sklearn.model_selection.GridSearchCV
 * @example
 * const [{ params, mean, std }] = meanOverFolds(study);
 */
export function meanOverFolds<P>(
  study: Pick<Study<P>, "trials" | "direction">,
  options: MeanOverFoldsOptions = {},
): readonly FoldScore[] {
  const subject = "meanOverFolds";
  const { fold } = readOptions(subject, options, { fold: text({ default: "fold" }) });
  const trials = readTrials(subject, study);
  const direction = oneOf(["minimize", "maximize"])(study.direction, subject, "direction");
  check(
    trials.length > 0 && trials.every(({ params }) => Object.hasOwn(params, fold)),
    subject,
    `trials with the parameter ${fold}`,
    trials.length === 0 ? "none" : "others",
    "give the space fold: folds(5), or name the parameter with the option fold",
  );
  const folds = new Set(trials.map(({ params }) => JSON.stringify(params[fold])));
  const groups = new Map<
    string,
    { readonly params: object; readonly values: Map<unknown, number> }
  >();
  for (const { params, value, state } of trials) {
    const rest = Object.entries(params).filter(([name]) => name !== fold);
    const key = JSON.stringify(rest);
    const group = groups.get(key) ?? { params: Object.fromEntries(rest), values: new Map() };
    groups.set(key, group);
    if (state === "complete" && value !== undefined) group.values.set(params[fold], value);
  }
  return [...groups.values()]
    .filter(({ values }) => values.size === folds.size)
    .map(({ params, values: byFold }) => {
      const values = [...byFold]
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([, value]) => value);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return {
        ...{ params: params as FoldScore["params"], mean, values },
        std: Math.sqrt(squares / values.length),
      };
    })
    .sort((a, b) => badness(a.mean, direction) - badness(b.mean, direction));
}
