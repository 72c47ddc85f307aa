"""How long scikit-learn takes for what metrics.bench.ts measures; prints JSON, in milliseconds."""

import json
import statistics
import time

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

SAMPLES = 1_000_000
RUNS = 3

random = np.random.RandomState(0)
y_true = random.randint(0, 10, SAMPLES)
y_pred = np.where(random.randint(0, 5, SAMPLES) > 0, y_true, random.randint(0, 10, SAMPLES))
weights = random.uniform(size=SAMPLES)
TASKS = {
    "classificationReport, typed": lambda: classification_report(y_true, y_pred),
    "classificationReport, weighted": lambda: classification_report(y_true, y_pred, sample_weight=weights),
    "confusionMatrix, typed": lambda: confusion_matrix(y_true, y_pred),
    "accuracyScore, typed": lambda: accuracy_score(y_true, y_pred),
}


def milliseconds(task):
    times = []
    for _ in range(RUNS):
        begin = time.perf_counter()
        task()
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times)


times = {name: milliseconds(task) for name, task in TASKS.items()}
print(json.dumps({"version": f"scikit-learn {sklearn.__version__}", "times": times}))
