export { progressBar, type ProgressBarOptions } from "./progress-bar.ts";
