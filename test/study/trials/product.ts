/** A trial that gives x times the learning rate. */
import { defineTrial } from "cifar-kit/study";

export default defineTrial(({ params }) => params.x * params.learningRate);
