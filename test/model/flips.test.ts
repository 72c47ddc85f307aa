import { describeFlips } from "./flips.ts";

describeFlips(60);
