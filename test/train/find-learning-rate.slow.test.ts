/** More draws of what find-learning-rate.test.ts tries with one: whole searches, and runs with what they find. */
import { beforeAll, describe, it } from "vitest";
import { useBackend } from "../helpers/backends.ts";
import { expectToLearn, NETWORKS } from "./suggested-rate.ts";

beforeAll(() => useBackend("wasm"));

describe.each(Object.entries(NETWORKS))("the suggestion for %s", (_, build) => {
  it.each([1, 2])("is a rate with which it learns, seed %i", (seed) => expectToLearn(build, seed));
});
