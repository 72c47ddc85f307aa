import { formatFixed } from "../../text/format-number.ts";

/** Elapsed seconds as Keras prints them: `351s`. */
export function formatSeconds(seconds: number): string {
  return `${formatFixed(seconds, 0)}s`;
}

/** Time left as Keras prints it: `59s`, from a minute on `1:01`, from an hour on `1:00:01`. */
export function formatTimeLeft(seconds: number): string {
  const whole = Math.floor(seconds);
  const pad = (value: number): string => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (seconds > 3600) return `${h}:${pad(m)}:${pad(s)}`;
  if (seconds > 60) return `${Math.floor(whole / 60)}:${pad(s)}`;
  return `${whole}s`;
}

/** Time for one unit of work: `2s/step`, below a second `221ms/step`, below a millisecond `9us/step`. */
export function formatTimePer(unit: string, seconds: number): string {
  if (seconds >= 1 || seconds === 0) return `${formatFixed(seconds, 0)}s/${unit}`;
  if (seconds >= 1e-3) return `${formatFixed(seconds * 1e3, 0)}ms/${unit}`;
  return `${formatFixed(seconds * 1e6, 0)}us/${unit}`;
}
