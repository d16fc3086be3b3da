"""Imported models against their makers: every objective, missing values, categories, on random models."""
import os
import subprocess
from pathlib import Path

import lightgbm
import numpy as np
import onnxruntime
import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import skl2onnx
import skl2onnx.common.data_types
import sklearn.compose
import sklearn.ensemble
import sklearn.linear_model
import sklearn.pipeline
import sklearn.tree
import xgboost

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("C360_BINARY", ROOT / ".build/release/c360"))
ROWS = 1200
TOLERANCE = 1e-6
NAMES = ["cat", "hue", "a", "b", "c", "zeros"]


def rows(seed):
    """Two columns of category codes, four of numbers, one of them often 0; some values missing."""
    draw = np.random.default_rng(seed)
    table = draw.normal(size=(ROWS, len(NAMES)))
    table[:, 0] = draw.integers(0, 3, ROWS)
    table[:, 1] = draw.integers(0, 40, ROWS)
    table[:, 5] = np.where(draw.random(ROWS) < 0.5, 0, table[:, 5])
    table[draw.random(table.shape) < 0.15] = np.nan
    return draw, table


def scores(folder, call, table, types):
    """What c360 computes for rows of a table, one column a call."""
    count = len(next(iter(table.values())))
    columns = {"n": pa.array(range(count), pa.int64()), "who": pa.array(range(count), pa.int64()),
               "ts": pa.array([0] * count, pa.timestamp("us", "UTC"))}
    declared = ["n: int", "who: int @key", "ts: time @time"]
    for name, kind in types.items():
        values = [None if value is None or value != value else value for value in table[name]]
        if kind == "int":
            values = [None if value is None else int(value) for value in values]
        columns[name] = pa.array(values, {"int": pa.int64(), "float": pa.float64(), "text": pa.string()}[kind])
        declared.append(f"{name}: {kind}?")
    pq.write_table(pa.table(columns), folder / "rows.parquet")
    calls = call if isinstance(call, list) else [call]
    lines = ["edition 2026", "entity person", 'exposure moments of person from "rows.parquet" {', *declared, "keep all", "}"]
    lines += [f"score s{place} = {one}" for place, one in enumerate(calls)]
    lines += [f'output result = moments | select n, {", ".join(f"s{place}" for place in range(len(calls)))} to "out.parquet"']
    (folder / "m.c360").write_text("\n".join(lines) + "\n")
    done = subprocess.run([BINARY, "run", "--quiet", "m.c360"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    found = pq.read_table(folder / "out.parquet").sort_by("n")
    return np.stack([found[f"s{place}"].to_numpy() for place in range(len(calls))], axis=1)


def agree(found, wanted):
    wanted = np.asarray(wanted, float).reshape(len(found), -1)
    assert found.shape == wanted.shape
    assert np.max(np.abs(found - wanted) / np.maximum(1, np.abs(wanted))) <= TOLERANCE


def frame(table, cats):
    return {name: table[:, place] for place, name in enumerate(NAMES)}, {
        name: "int" if place < cats else "float" for place, name in enumerate(NAMES)}


XGBOOST = ["reg:squarederror", "reg:squaredlogerror", "reg:pseudohubererror", "reg:absoluteerror",
           "reg:quantileerror", "rank:pairwise", "rank:ndcg", "rank:map", "binary:logitraw", "binary:logistic",
           "reg:logistic", "binary:hinge", "count:poisson", "reg:gamma", "reg:tweedie", "survival:cox",
           "survival:aft", "multi:softprob", "multi:softmax"]
LINEAR = {"reg:squarederror", "binary:logistic", "count:poisson", "multi:softprob"}


def labels(draw, table, objective):
    base = np.nan_to_num(table[:, 2] + table[:, 1] % 3) + draw.normal(size=len(table))
    if objective.startswith("multi"):
        return draw.integers(0, 4, len(table))
    if objective.startswith("binary") or objective == "reg:logistic":
        return (base > 0.5).astype(float)
    if objective.startswith(("rank", "lambdarank")):
        return np.clip(np.round(base), 0, 1)
    if objective.startswith("cross"):
        return 1 / (1 + np.exp(-base))
    positive = ("count", "survival", "reg:gamma", "reg:tweedie", "reg:squaredlog", "poisson", "gamma", "tweedie")
    return np.exp(base / 3) if objective.startswith(positive) else base


@pytest.mark.parametrize("objective", XGBOOST)
@pytest.mark.parametrize("booster", ["gbtree", "dart", "gblinear"])
def test_xgboost(tmp_path, objective, booster):
    if booster == "gblinear" and objective not in LINEAR:
        pytest.skip("one of each link is enough")
    cats = 0 if booster == "gblinear" else 2
    draw, table = rows(XGBOOST.index(objective))
    y = labels(draw, table, objective)
    settings = dict(objective=objective, booster=booster, seed=1, nthread=1)
    if booster != "gblinear":
        settings |= dict(max_depth=5, max_cat_to_onehot=4)
    if booster == "dart":
        settings |= dict(rate_drop=0.5)
    if objective.startswith("multi"):
        settings |= dict(num_class=4)
    if objective == "reg:quantileerror":
        settings |= dict(quantile_alpha=[0.2, 0.7])
    bounds = dict(label_lower_bound=y, label_upper_bound=1.2 * y) if objective == "survival:aft" else {}

    def matrix(values, **more):
        kinds = ["c"] * cats + ["float"] * (len(NAMES) - cats)
        return xgboost.DMatrix(values, feature_names=NAMES, feature_types=kinds, enable_categorical=True, **more)

    data = matrix(table, label=y, **bounds)
    if objective.startswith("rank"):
        data.set_group([100] * (ROWS // 100))
    model = xgboost.train(settings, data, 12)
    _, fresh = rows(1000)
    margins = model.predict(matrix(fresh), output_margin=True).reshape(ROWS, -1)
    count = margins.shape[1]
    wanted = model.predict(matrix(fresh))
    if objective == "multi:softmax":
        # Here the class is asked for, and its probability is the score.
        shifted = np.exp(margins - margins.max(1, keepdims=True))
        wanted = shifted / shifted.sum(1, keepdims=True)
    values, types = frame(fresh, cats)
    # In another order than the file's: inputs find their names.
    inputs = ", ".join(f"moments.{name}" for name in reversed(NAMES))
    for ending in ("json", "ubj"):
        model.save_model(tmp_path / f"m.{ending}")
        classes = [f", class: {k}" for k in range(count)] if count > 1 else [""]
        for raw, against in (("", wanted), (", raw: true", margins)):
            calls = [f'xgboost("m.{ending}", [{inputs}]{one}{raw})' for one in classes]
            agree(scores(tmp_path, calls, values, types), against)


LIGHTGBM = ["regression", "regression_l1", "huber", "fair", "quantile", "mape", "poisson", "gamma", "tweedie",
            "binary", "multiclass", "multiclassova", "cross_entropy", "cross_entropy_lambda", "lambdarank",
            "rank_xendcg"]


@pytest.mark.parametrize("objective", LIGHTGBM)
@pytest.mark.parametrize("form", ["gbdt", "rf", "dart", "zero_as_missing", "no_missing", "sqrt"])
def test_lightgbm(tmp_path, objective, form):
    draw, table = rows(LIGHTGBM.index(objective))
    y = labels(draw, table, "rank" if "rank" in objective else objective)
    settings = dict(objective=objective, num_leaves=31, seed=1, verbose=-1, num_threads=1, min_data_in_leaf=5,
                    min_data_per_group=5, cat_smooth=1, max_cat_to_onehot=2)
    settings |= {"rf": dict(boosting="rf", bagging_freq=1, bagging_fraction=0.6), "dart": dict(boosting="dart"),
                 "zero_as_missing": dict(zero_as_missing=True), "no_missing": dict(use_missing=False),
                 "sqrt": dict(reg_sqrt=True)}.get(form, {})
    if objective == "binary":
        settings |= dict(sigmoid=1.7)
    if objective.startswith("multi"):
        settings |= dict(num_class=4)
    data = lightgbm.Dataset(table, label=y, categorical_feature=[0, 1], feature_name=NAMES,
                            group=[100] * (ROWS // 100) if "rank" in objective else None)
    model = lightgbm.train(settings, data, 10)
    model.save_model(tmp_path / "m.txt")
    _, fresh = rows(1000)
    # Categories that the training never saw, and below 0.
    fresh[::7, 0], fresh[::11, 1], fresh[::13, 5] = 99, -3, 1e-36
    raw = model.predict(fresh, raw_score=True).reshape(ROWS, -1)
    values, types = frame(fresh, 2)
    inputs = ", ".join(f"moments.{name}" for name in reversed(NAMES))
    classes = [f", class: {k}" for k in range(raw.shape[1])] if raw.shape[1] > 1 else [""]
    for setting, against in (("", model.predict(fresh)), (", raw: true", raw)):
        calls = [f'lightgbm("m.txt", [{inputs}]{one}{setting})' for one in classes]
        agree(scores(tmp_path, calls, values, types), against)


@pytest.mark.parametrize("maker", ["xgboost", "lightgbm"])
def test_named_categories(tmp_path, maker):
    """Texts find their codes in the file; lightgbm's whole-number categories do too."""
    draw, table = rows(5)
    # xgboost 3.2 cuts names that are not ASCII: it writes as many bytes as there are letters.
    oil = "oil" if maker == "xgboost" else "öl"
    words = np.array(["ash", oil, "teak", "yew", "oak"])
    wood = [None if r < 0.1 else words[k] for r, k in zip(draw.random(ROWS), draw.integers(0, 5, ROWS))]
    data = pandas.DataFrame({"wood": pandas.Categorical(wood), "a": table[:, 2], "b": table[:, 3]})
    y = np.nan_to_num(table[:, 2]) + (data.wood == "teak") - 2.0 * (data.wood == oil)
    values = {"wood": wood, "a": table[:, 2], "b": table[:, 3]}
    types = {"wood": "text", "a": "float", "b": "float"}
    if maker == "xgboost":
        matrix = xgboost.DMatrix(data, label=y, enable_categorical=True)
        model = xgboost.train(dict(max_depth=4, max_cat_to_onehot=2, nthread=1), matrix, 10)
        wanted = model.predict(matrix)
    else:
        size = pandas.Categorical([None if k is None else {"ash": 10, oil: 40, "teak": 20, "yew": 70, "oak": 30}[k] for k in wood])
        data["size"], types["size"] = size, "int"
        values["size"] = [None if k != k else k for k in data["size"].astype(float)]
        settings = dict(verbose=-1, num_threads=1, min_data_per_group=1, cat_smooth=1)
        model = lightgbm.train(settings, lightgbm.Dataset(data, label=y), 10)
        wanted = model.predict(data)
    model.save_model(tmp_path / "m.json")
    inputs = ", ".join(f"moments.{name}" for name in types)
    agree(scores(tmp_path, f'{maker}("m.json", [{inputs}])', values, types), wanted)
    # A text that the training never saw is missing, as lightgbm has it; xgboost refuses it.
    fresh = data.assign(wood=pandas.Categorical([None if k % 7 == 0 else w for k, w in enumerate(wood)], categories=words))
    if maker == "xgboost":
        wanted = model.predict(xgboost.DMatrix(fresh, enable_categorical=True))
    else:
        unseen = [("palm" if k % 14 == 0 else None) if k % 7 == 0 else w for k, w in enumerate(wood)]
        wanted = model.predict(data.assign(wood=pandas.Categorical(unseen)))
        np.testing.assert_array_equal(model.predict(fresh), wanted)
    values["wood"] = ["palm" if k % 7 == 0 else w for k, w in enumerate(wood)]
    agree(scores(tmp_path, f'{maker}("m.json", [{inputs}])', values, types), wanted)


def test_by_place(tmp_path):
    """Files without names are bound by place: xgboost's of a bare matrix, lightgbm's `Column_0` and so on."""
    draw, table = rows(6)
    table = table[:, 2:5]
    y = (np.nan_to_num(table[:, 0]) > 0).astype(float)
    values, types = {n: table[:, k] for k, n in enumerate("abc")}, dict.fromkeys("abc", "float")
    inputs = "[moments.a, moments.b, moments.c]"
    model = xgboost.train(dict(objective="binary:logistic", nthread=1), xgboost.DMatrix(table, label=y), 5)
    model.save_model(tmp_path / "m.json")
    agree(scores(tmp_path, f'xgboost("m.json", {inputs})', values, types), model.predict(xgboost.DMatrix(table)))
    model = lightgbm.train(dict(objective="binary", verbose=-1, num_threads=1), lightgbm.Dataset(table, label=y), 5)
    model.save_model(tmp_path / "m.txt")
    agree(scores(tmp_path, f'lightgbm("m.txt", {inputs})', values, types), model.predict(table))


ONNX = {
    "tree": sklearn.tree.DecisionTreeClassifier(max_depth=4),
    "forest": sklearn.ensemble.RandomForestClassifier(7, max_depth=5),
    "forest of values": sklearn.ensemble.RandomForestRegressor(7, max_depth=5),
    "boosting": sklearn.ensemble.GradientBoostingClassifier(n_estimators=12),
    "boosting of values": sklearn.ensemble.GradientBoostingRegressor(n_estimators=12),
    "line": sklearn.linear_model.LinearRegression(),
    "logistic": sklearn.linear_model.LogisticRegression(),
}


@pytest.mark.parametrize("name", ONNX)
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("named", [False, True])
def test_onnx(tmp_path, name, classes, named):
    model = ONNX[name]
    if classes == 3 and not hasattr(model, "predict_proba"):
        pytest.skip("values have no classes")
    draw = np.random.default_rng(3)
    table = draw.normal(size=(ROWS, 3)).astype(np.float32)
    base = table[:, 0] + draw.normal(size=ROWS)
    model.fit(table, np.digitize(base, [0, 1][:classes - 1]) if hasattr(model, "predict_proba") else base)
    settings = {id(model): {"zipmap": False}} if hasattr(model, "predict_proba") else None
    kinds = ([(one, skl2onnx.common.data_types.FloatTensorType([None, 1])) for one in "abc"] if named
             else [("X", skl2onnx.common.data_types.FloatTensorType([None, 3]))])
    if named:
        # One input a column: a pipeline joins them.
        model = sklearn.pipeline.make_pipeline(sklearn.compose.ColumnTransformer([("all", "passthrough", ["a", "b", "c"])]), model)
        model.fit(pandas.DataFrame(table, columns=list("abc")), np.digitize(base, [0, 1][:classes - 1]) if settings else base)
        settings = {"zipmap": False} if settings else None
    graph = skl2onnx.convert_sklearn(model, initial_types=kinds, options=settings)
    (tmp_path / "m.onnx").write_bytes(graph.SerializeToString())
    session = onnxruntime.InferenceSession(tmp_path / "m.onnx")
    fed = {one: table[:, [k]] for k, one in enumerate("abc")} if named else {"X": table}
    wanted = session.run(None, fed)[-1]
    if settings and classes == 2:
        wanted = wanted[:, 1]
    values, types = {one: table[:, k].astype(float) for k, one in enumerate("abc")}, dict.fromkeys("abc", "float")
    columns = [f", class: {k}" for k in range(classes)] if settings and classes > 2 else [""]
    order = "[moments.c, moments.b, moments.a]" if named else "[moments.a, moments.b, moments.c]"
    agree(scores(tmp_path, [f'onnx("m.onnx", {order}{one})' for one in columns], values, types), wanted)
