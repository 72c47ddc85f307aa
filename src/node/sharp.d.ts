/** What imageFolder uses of the optional package sharp, so that types hold where it is missing. */
declare module "sharp" {
  interface Sharp {
    toColourspace(space: "srgb"): Sharp;
    raw(options: { depth: "uchar" }): Sharp;
    toBuffer(options: { resolveWithObject: true }): Promise<{
      data: Uint8Array;
      info: { width: number; height: number; channels: number };
    }>;
  }
  export default function sharp(
    path: string,
    options: { ignoreIcc: boolean; failOn: "warning" },
  ): Sharp;
}
