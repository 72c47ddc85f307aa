import * as tf from "@tensorflow/tfjs-core";

/** A layers model or a graph model. */
interface Savable {
  save(handler: tf.io.IOHandler, config?: tf.io.SaveConfig): Promise<tf.io.SaveResult>;
}

/** What `model.save` hands to its handler, as it comes back from a file; the optimizer is included. */
export async function artifactsOf(
  model: Savable,
  includeOptimizer = true,
): Promise<tf.io.ModelArtifacts> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0) } }) as never;
    }),
    { includeOptimizer },
  );
  const { weightData, ...rest } = saved;
  return { ...(JSON.parse(JSON.stringify(rest)) as tf.io.ModelArtifacts), weightData };
}
