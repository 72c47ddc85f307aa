import { serveTrainer } from "cifar-kit/browser";
import { registerSimdBackend } from "cifar-kit/simd";

serveTrainer({
  backends: { simd: () => registerSimdBackend({ threads: 1, relaxedSimd: "off" }) },
});
