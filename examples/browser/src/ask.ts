/** Questions before a click that would lose what took an hour. */
import { rememberedRun } from "./remembered-run.ts";
import { state } from "./state.ts";

const ONLY_HERE = "The network that you trained is not saved.";

/** Whether the model may give way; `doing` is what takes its place, e.g. "loading the saved one". */
export function mayReplaceModel(doing: string): boolean {
  return !state.isModelOnlyHere || confirm(`${ONLY_HERE} It is lost by ${doing}. Go on?`);
}

/** Whether another training may begin. */
export function mayStart(): boolean {
  const losses = [
    ...(state.isModelOnlyHere ? [`${ONLY_HERE} The new one will take its place.`] : []),
    ...(rememberedRun() ? ["The interrupted run that is kept here will be forgotten."] : []),
  ];
  return losses.length === 0 || confirm(`${losses.join(" ")} Go on?`);
}

/** Whether the run that is kept may be given up. */
export function mayForgetRun(): boolean {
  return confirm("The interrupted run is lost then. Forget it?");
}

/** Whether the model that is saved in this browser may be replaced. */
export function mayReplaceSaved(): boolean {
  return confirm("Another network is saved in this browser. Replace it?");
}

/** Lets the browser ask before the page is closed or reloaded with a model that is only here. */
export function askBeforeClosing(): void {
  addEventListener("beforeunload", (event) => {
    if (state.isModelOnlyHere) event.preventDefault();
  });
}
