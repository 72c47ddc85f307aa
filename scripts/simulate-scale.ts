/**
 * What a training step costs over networks and numbers of machines that are not here; writes the tables of
 * docs/scale.md:
 *
 *     npx tsx scripts/simulate-scale.ts
 *
 * The model. A machine computes its share of the batch, as long as it takes here, times a factor that it draws
 * for each step, log-normal around 1: all wait for the slowest. Then they tell each other that all is well,
 * twice (behind the gradients and behind callbacks), exchange slices of the gradients, and gather the sums: each
 * machine sends and receives 2 (n - 1) / n of the parameters, in n - 1 messages each way, and copies and adds them
 * at the speed of its memory. Links are equal and there is no other traffic.
 */
import { randomStream } from "cifar-kit";
import { markdownTable, writeParts } from "./page.ts";

/** Seconds for an image, forward, backward and update: the notebook's network on two cores, alone, batch 1,024. */
const SECONDS_PER_IMAGE = 1.19 / 1024;
/** Of a larger network nothing was measured here: as many times the computation as parameters. */
const NETWORKS = [
  { name: "2.4 M", parameters: 2_397_226, seconds: SECONDS_PER_IMAGE },
  { name: "25 M", parameters: 25e6, seconds: SECONDS_PER_IMAGE * (25e6 / 2_397_226) },
];
/** Bits a second, and seconds that a message takes at least. */
const LINKS = [
  { name: "1 Gbit/s", bits: 1e9, latency: 100e-6 },
  { name: "10 Gbit/s", bits: 10e9, latency: 50e-6 },
  { name: "100 Gbit/s", bits: 100e9, latency: 10e-6 },
];
/** Bytes a second that a core copies or adds floats. */
const MEMORY = 4e9;
/** Standard deviation of the logarithm of a machine's factor. */
const JITTER = 0.05;
const STEPS = 200;
/** Seconds between two failures of one machine: five years. */
const FAILURE = 5 * 365 * 86_400;

type Network = (typeof NETWORKS)[number];
type Link = (typeof LINKS)[number];

/** Seconds of a step that are no computation. */
function exchange(n: number, { parameters }: Network, { bits, latency }: Link): number {
  if (n === 1) return 0;
  const bytes = 4 * parameters;
  const moved = (2 * bytes * (n - 1)) / n;
  const words = 2 * Math.ceil(Math.log2(n)) * latency;
  // To one array, from it, the sums of n slices, and back into tensors.
  const touched = 4 * bytes;
  return words + 2 * (n - 1) * latency + (8 * moved) / bits + touched / MEMORY;
}

/** Mean seconds of a step in which each machine has so many images. */
function step(n: number, images: number, network: Network, link: Link): number {
  const rng = randomStream(1, "scale", n);
  let sum = 0;
  for (let i = 0; i < STEPS; i++) {
    let slowest = 0;
    for (let machine = 0; machine < n; machine++) {
      // Box and Muller's normal numbers.
      const radius = Math.sqrt(-2 * Math.log(1 - rng.uniform()));
      const normal = radius * Math.cos(2 * Math.PI * rng.uniform());
      slowest = Math.max(slowest, Math.exp(JITTER * normal));
    }
    sum += slowest;
  }
  return (sum / STEPS) * images * network.seconds + exchange(n, network, link);
}

const MACHINES = [1, 2, 4, 8, 100];
const seconds = (value: number): string =>
  value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`;

/** A batch that is shared, so that each machine has less of it. */
function fixedBatch(batch: number): string[][] {
  return NETWORKS.flatMap((network) =>
    LINKS.map((link) => [
      network.name,
      link.name,
      ...[1, 2, 4, 8].map((n) => {
        const time = step(n, batch / n, network, link);
        return `${seconds(time)} (${(step(1, batch, network, link) / time).toFixed(1)}x)`;
      }),
    ]),
  );
}

/** 128 images for each machine. */
const grown = NETWORKS.flatMap((network) =>
  LINKS.map((link) => [
    network.name,
    link.name,
    ...[...MACHINES.slice(1), 10_000].map((n) => {
      const time = step(n, 128, network, link);
      const useful = (128 * network.seconds) / time;
      return `${seconds(time)} (${(100 * useful).toFixed(0)} %)`;
    }),
  ]),
);

const failures = [8, 100, 10_000].map((n) => {
  const between = FAILURE / n;
  const lost = Math.sqrt((2 * 5) / between);
  return [
    n.toLocaleString("en"),
    `${(between / 3600).toFixed(between < 36_000 ? 1 : 0)} h`,
    // Young's rule, of a save that takes 5 s.
    `${(Math.sqrt(2 * 5 * between) / 60).toFixed(0)} min`,
    `${(100 * lost).toFixed(1)} %`,
  ];
});

const heads = ["parameters", "network"];
const columns = (counts: readonly number[]): string[] =>
  counts.map((n) => `${n.toLocaleString("en")} machine${n === 1 ? "" : "s"}`);
await writeParts("docs/scale.md", {
  "batch-128": markdownTable([[...heads, ...columns([1, 2, 4, 8])], ...fixedBatch(128)], 2),
  "batch-1024": markdownTable([[...heads, ...columns([1, 2, 4, 8])], ...fixedBatch(1024)], 2),
  grown: markdownTable([[...heads, ...columns([2, 4, 8, 100, 10_000])], ...grown], 2),
  failures: markdownTable(
    [["machines", "a failure every", "best to save every", "time lost"], ...failures],
    0,
  ),
});
