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
    """The features. A blank is a category of its own: RealMLP takes none among numbers."""
    frame = frame.drop(columns=options.target)
    texts = frame.columns.difference(frame.select_dtypes("number").columns)
    return frame.assign(**{name: frame[name].astype("object").fillna("").astype("category") for name in texts})


is_regression = options.task == "regression"
model = RealMLP_TD_S_Regressor if is_regression else RealMLP_TD_S_Classifier
start = time.perf_counter()
train = pandas.read_csv(options.train)
model = model(device="cpu", n_threads=options.threads, random_state=options.seed)
model.fit(columns(train), train[options.target])
seconds = time.perf_counter() - start

test = pandas.read_csv(options.test)
if is_regression:
    score = math.sqrt(mean_squared_error(test[options.target], model.predict(columns(test))))
else:
    score = log_loss(test[options.target], model.predict_proba(columns(test)), labels=model.classes_)
print(json.dumps({"seconds": seconds, "score": score}))
