#!/usr/bin/env node
/** The program `cifar-kit`. */
import { run } from "./run.ts";

const exitCode = await run(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
});
process.exitCode = exitCode;
