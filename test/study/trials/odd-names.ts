/** A trial whose parameters are called like what every object has. */
import { defineTrial } from "cifar-kit/study";

export default defineTrial<Record<string, number>>(({ params }) =>
  Object.values(params).reduce((sum, value) => sum + value, 0),
);
