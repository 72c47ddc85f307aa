import { plotConfusionMatrix, toSvg } from "cifar-kit/plots";

/**
 * Draws something small: what a report needs is missing before the hours of a training, not behind them.
 * @throws {SourceError} if a package is not installed.
 */
export async function checkDrawing(): Promise<void> {
  await toSvg(plotConfusionMatrix([[1]]));
}
