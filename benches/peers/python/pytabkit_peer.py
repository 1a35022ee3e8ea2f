"""pytabkit: RealMLP-TD-S, trained on the rows of one CSV file and scored on those of another."""

import argparse
import json
import math
import time
import warnings

import pandas
import torch
from pytabkit import RealMLP_TD_S_Classifier, RealMLP_TD_S_Regressor
from sklearn.metrics import log_loss, mean_squared_error

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("train")
parser.add_argument("test")
parser.add_argument("target")
parser.add_argument("task", choices=["regression", "binary", "multiclass"])
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()

warnings.filterwarnings("ignore")
torch.set_num_threads(options.threads)


def columns(frame):
    """The features. RealMLP takes no blank: among texts it is a category of its own here; among numbers it is the median, and
    another column says so."""
    frame = frame.drop(columns=options.target)
    texts = frame.columns.difference(medians.index)
    blanks = {f"{name} is blank": frame[name].isna().astype("float64") for name in medians.index if train[name].isna().any()}
    frame = frame.assign(**{name: frame[name].astype("object").fillna("").astype("category") for name in texts})
    return frame.fillna(medians).assign(**blanks)


is_regression = options.task == "regression"
model = RealMLP_TD_S_Regressor if is_regression else RealMLP_TD_S_Classifier
start = time.perf_counter()
train = pandas.read_csv(options.train)
medians = train.drop(columns=options.target).median(numeric_only=True)
model = model(device="cpu", n_threads=options.threads, random_state=options.seed)
model.fit(columns(train), train[options.target])
seconds = time.perf_counter() - start

test = pandas.read_csv(options.test)
if is_regression:
    score = math.sqrt(mean_squared_error(test[options.target], model.predict(columns(test))))
else:
    score = log_loss(test[options.target], model.predict_proba(columns(test)), labels=model.classes_)
print(json.dumps({"seconds": seconds, "score": score}))
