import { isName } from "../../checks.ts";
import { like } from "../../options.ts";

/** The option `queue`. */
export const queueOption = like(
  (value): value is string => isName(value) && !value.includes(":"),
  "the name of a queue, without colons",
  'pass e.g. "sweep"',
  { default: "cifar-kit" },
);
