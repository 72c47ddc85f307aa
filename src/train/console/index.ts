export {
  epochLine,
  progressLine,
  type Progress,
  type ProgressLineOptions,
  type ProgressStyle,
} from "./progress-line.ts";
export { defaultSink, type TextSink } from "./text-sink.ts";
