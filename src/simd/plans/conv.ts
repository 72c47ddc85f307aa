import {
  fitsGather,
  gatherConv2D,
  gatherFilterGradient,
  gatherInputGradient,
} from "./conv-gather.ts";
import type { ConvShape } from "./conv-shape.ts";
import {
  fitsWinograd,
  inputGradientShape,
  winogradConv2D,
  winogradFilterGradient,
} from "./conv-winograd.ts";
import { fill } from "./element-wise.ts";
import { type Epilogue, NO_EPILOGUE } from "./epilogue.ts";
import type { Place, PlanWriter } from "./plan.ts";

/** Whether a SIMD path takes the convolution of these sizes. */
export function fitsConv(shape: ConvShape): boolean {
  return fitsGather(shape);
}

/** y = x * filter, then the epilogue. The algorithm follows from the sizes alone. */
export function conv2D(
  plan: PlanWriter,
  shape: ConvShape,
  places: Record<"x" | "filter" | "y", Place>,
  epilogue: Epilogue,
): void {
  if (fitsWinograd(shape)) winogradConv2D(plan, shape, places, { epilogue });
  else gatherConv2D(plan, shape, places, epilogue);
}

/** The gradient with respect to x. */
export function conv2DInputGradient(
  plan: PlanWriter,
  shape: ConvShape,
  { dy, filter, dx }: Record<"dy" | "filter" | "dx", Place>,
): void {
  const turned = inputGradientShape(shape);
  if (fitsWinograd(turned)) {
    const places = { x: dy, filter, y: dx };
    winogradConv2D(plan, turned, places, { epilogue: NO_EPILOGUE, turned: true });
  } else gatherInputGradient(plan, shape, { dy, filter, dx });
}

/** The gradient with respect to the filter. */
export function conv2DFilterGradient(
  plan: PlanWriter,
  shape: ConvShape,
  places: Record<"x" | "dy" | "dfilter", Place>,
): void {
  const { batch, outHeight, outWidth, filterHeight, filterWidth, inChannels, outChannels } = shape;
  if (batch * outHeight * outWidth === 0) {
    // The sum over no pixels, for instance of an empty batch.
    fill(plan, 4, filterHeight * filterWidth * inChannels * outChannels, places.dfilter, 0);
  } else if (fitsWinograd(shape)) winogradFilterGradient(plan, shape, places);
  else gatherFilterGradient(plan, shape, places);
}
