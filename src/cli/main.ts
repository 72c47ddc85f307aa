#!/usr/bin/env node
/** The program `cifar-kit`. */
import { run } from "./run.ts";

const { stdout: out, stderr: error } = process;
// Whoever reads may have enough before the end, as `head` has.
out.on("error", ({ code }: NodeJS.ErrnoException) => process.exit(code === "EPIPE" ? 0 : 1));
process.exitCode = await run(process.argv.slice(2), { out, error });
