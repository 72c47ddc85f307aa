/**
 * Fills the data cache, so that test files that run side by side do not each start a download:
 *
 *     npx tsx test/helpers/fetch-real-data.ts
 */
import { realCifar10 } from "./real-data.ts";

await realCifar10();
