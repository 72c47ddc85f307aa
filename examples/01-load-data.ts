/** Loads CIFAR-10, verified file by file, and counts its images. The first run downloads 139 MB. */
import { CIFAR10_CLASS_NAMES, loadCifar10 } from "cifar-kit";
import { cifar10Source } from "cifar-kit/node";

const { train, test } = await loadCifar10(cifar10Source());

console.log(
  `${train.length} training and ${test.length} test images of ${train.imageShape.join(" x ")}`,
);
CIFAR10_CLASS_NAMES.forEach((name, label) => {
  const count = train.labels.filter((other) => other === label).length;
  console.log(`${label} ${name.padEnd(10)} ${count}`);
});
