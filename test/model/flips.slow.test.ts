import { describeFlips } from "./flips.ts";

describeFlips(2000);
