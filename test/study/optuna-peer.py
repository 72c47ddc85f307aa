"""Begins a study, goes on with one, or reads one: see optuna.long.test.ts."""

import json
import sys

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

optuna.logging.set_verbosity(optuna.logging.ERROR)


def objective(trial: optuna.Trial) -> float:
    x = trial.suggest_float("x", -1, 1)
    rate = trial.suggest_float("learningRate", 1e-4, 1e-1, log=True)
    trial.suggest_int("units", 8, 64, step=8)
    trial.suggest_categorical("optimizer", ["adam", "sgd", None])
    return x * rate


what, path, *rest = sys.argv[1:]
storage = JournalStorage(JournalFileBackend(path))
if what == "begin":
    study = optuna.create_study(study_name="from-python", storage=storage)
else:
    study = optuna.load_study(study_name=None, storage=storage)
if rest:
    study.optimize(objective, n_trials=int(rest[0]))
print(
    json.dumps(
        {
            "best": study.best_trial.number,
            "value": study.best_value,
            "params": study.best_params,
            "states": [trial.state.name for trial in study.trials],
            "intermediate": [trial.intermediate_values for trial in study.trials],
        }
    )
)
