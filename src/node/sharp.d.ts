/** What is used of the optional package sharp, so that types hold where it is missing. */
declare module "sharp" {
  type Space = "srgb" | "cmyk" | "grey16";
  export interface Sharp {
    metadata(): Promise<{ space?: string; depth?: string; channels?: number }>;
    flop(): Sharp;
    rotate(degrees: number): Sharp;
    pipelineColourspace(space: Space): Sharp;
    toColourspace(space: Space): Sharp;
    raw(options: { depth: "uchar" | "ushort" }): Sharp;
    toBuffer(options: { resolveWithObject: true }): Promise<{
      data: Uint8Array;
      info: { width: number; height: number; channels: number };
    }>;
  }
  export type MakeSharp = (
    input: string | Uint8Array,
    options: { ignoreIcc: boolean; failOn: "truncated" | "error"; limitInputPixels: number },
  ) => Sharp;
  const sharp: MakeSharp;
  export default sharp;
}
