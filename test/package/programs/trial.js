// A trial of study.js.
import { defineTrial } from "cifar-kit/study";

export default defineTrial(({ params }) => params.x ** 2);
