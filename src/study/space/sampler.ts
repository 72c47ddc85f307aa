import { check } from "../../checks.ts";
import { randomStream } from "../../random/stream.ts";
import type { JsonValue } from "../../text/json.ts";
import type { Dimensions, Params } from "./space.ts";

/** The names of samplers. */
export type SamplerName = "random" | "grid";

/**
 * What the trials of a study are given. Those of trial i depend on (space, seed, i) only: neither on other
 * trials nor on the order in which they end.
 */
export interface Sampler extends Sequence {
  readonly name: SamplerName;
}

/** Parameters by their places. */
interface Sequence {
  /** How many different ones there are. */
  readonly count: number;
  /** The parameters of a trial. */
  params(index: number): Params;
}

/**
 * The sampler of this name. Folds vary faster than everything else.
 * @throws {ArgumentError} if a grid is asked for and a dimension has no list of values.
 */
export function samplerOf(
  subject: string,
  name: SamplerName,
  space: Dimensions,
  seed: number,
): Sampler {
  const folds = gridOf(
    subject,
    space.filter(([, dimension]) => dimension.isFold),
  );
  const rest = space.filter(([, dimension]) => !dimension.isFold);
  const others = name === "grid" ? gridOf(subject, rest) : randomOf(rest, seed);
  return {
    name,
    count: others.count * folds.count,
    params(index) {
      const values = new Map([
        ...Object.entries(others.params(Math.floor(index / folds.count))),
        ...Object.entries(folds.params(index % folds.count)),
      ]);
      return Object.fromEntries(space.map(([parameter]) => [parameter, values.get(parameter)!]));
    },
  };
}

/** Every parameter from a stream of its own, so that one more changes nothing of the others. */
const randomOf = (space: Dimensions, seed: number): Sequence => ({
  count: space.length === 0 ? 1 : Infinity,
  params: (index) =>
    Object.fromEntries(
      space.map(([name, dimension]) => [
        name,
        dimension.draw(randomStream(seed, `parameter ${name}`, index)),
      ]),
    ),
});

/** All combinations, of which the last parameter varies fastest. */
function gridOf(subject: string, space: Dimensions): Sequence {
  const lists = space.map(([name, dimension]) => {
    const list = dimension.list();
    check(
      list !== undefined,
      subject,
      `a list of values for ${name} in a grid`,
      "a range",
      'list some, e.g. choice([1e-3, 1e-2]), or pass sampler: "random"',
    );
    return list;
  });
  return {
    count: lists.reduce((count, { length }) => count * length, 1),
    params(index) {
      const values: JsonValue[] = [];
      let rest = index;
      for (const list of [...lists].reverse()) {
        values.unshift(list[rest % list.length]);
        rest = Math.floor(rest / list.length);
      }
      return Object.fromEntries(space.map(([name], i) => [name, values[i]]));
    },
  };
}
