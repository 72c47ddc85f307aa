import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";

/** What `model.save` hands to its handler; the optimizer is included. */
export async function artifactsOf(model: LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((all) => {
      // As a file would have it.
      artifacts = {
        ...all,
        trainingConfig: JSON.parse(JSON.stringify(all.trainingConfig)) as never,
      };
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0) } }) as never;
    }),
    { includeOptimizer: true },
  );
  return artifacts!;
}
