"""The score's statistics against scipy, scikit-learn and statsmodels, on data nobody has seen before.

Every run draws other data: ties, missing cells, columns that are constant or repeat another. POLYGLOT_SEED repeats a run.
"""

import json
import math
import os
import random as entropy
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats as stats
import statsmodels.api as sm
import statsmodels.formula.api as smf
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import LeaveOneGroupOut, cross_val_predict
from sklearn.preprocessing import StandardScaler

ROOT = Path(__file__).resolve().parents[4]
SEED = int(os.environ.get("POLYGLOT_SEED") or entropy.randrange(2**31))
TIMES = 25
METRICS = ["prompts_distinct_ri", "responses_distinct_ri", "rubric_score", "perplexity"]


def with_gaps(values: np.ndarray, share: float, random) -> list:
    return [None if random.random() < share else float(value) for value in values]


def spearman_case(random) -> dict:
    n, levels = int(random.integers(3, 60)), int(random.integers(1, 9))
    x, y = random.integers(0, levels, n), random.normal(size=n).round(int(random.integers(0, 3)))
    return {"x": with_gaps(x, 0.2, random), "y": with_gaps(y, 0.1, random)}


def regression_case(random) -> dict:
    """The fourth column is sometimes constant, sometimes a combination of the first two."""
    n = int(random.integers(20, 60))
    features = random.normal(size=(n, 4)) * [1, 100, 0.01, 1000]
    kind = random.integers(0, 3)
    if kind == 1:
        features[:, 3] = 7.25
    if kind == 2:
        features[:, 3] = 3 * features[:, 0] - features[:, 1]
    target = features[:, 0] - 0.02 * features[:, 1] + random.normal(size=n)
    return {"features": features.tolist(), "target": target.tolist(), "groups": [f"g{i % 5}" for i in range(n)]}


def mixed_case(random) -> dict:
    """Groups of 1 to 7 rows; in every other case languages are fixed effects."""
    has_languages = bool(random.integers(0, 2))
    groups = []
    for _ in range(int(random.integers(6, 15))):
        x, shift = random.normal(), 2 * random.normal()
        chosen = random.permutation(7)[: random.integers(1 if not has_languages else 2, 8)]
        scores = [0.3 * x + shift + random.normal() + (0.4 * c if has_languages else 0) for c in chosen]
        group = {"x": float(x), "scores": [float(score) for score in scores]}
        groups.append({**group, "languages": [f"l{c}" for c in chosen]} if has_languages else group)
    return {"groups": groups}


def population_case(random) -> dict:
    n = int(random.integers(3, 40))
    table = {name: random.lognormal(1, 1, n) for name in METRICS}
    if random.random() < 0.3:
        table["rubric_score"] = np.full(n, 3.3)
    cells = {name: with_gaps(values, 0.1, random) for name, values in table.items()}
    rows = [{name: cells[name][i] for name in METRICS} for i in range(n)]
    return {"rows": [{"teacher_model": f"t{i}", "target_lang": "xx", **row} for i, row in enumerate(rows)]}


@pytest.fixture(scope="module")
def drawn():
    """Cases, and what our own code says of them. One process for all."""
    print(f"POLYGLOT_SEED={SEED}")
    random = np.random.default_rng(SEED)
    cases = {
        "spearman": [spearman_case(random) for _ in range(TIMES)],
        "t": [{"t": float(random.normal(0, 5)), "df": int(random.integers(1, 80))} for _ in range(TIMES)],
        "normal": [{"z": float(random.normal(0, 3))} for _ in range(TIMES)],
        "regression": [regression_case(random) for _ in range(TIMES)],
        "components": [{"features": (random.normal(size=(30, 5)) @ random.normal(size=(5, 5))).tolist()} for _ in range(TIMES)]
        + [{"features": [[1.0, float(i)] for i in range(9)]}],
        "mixed": [mixed_case(random) for _ in range(TIMES)],
        "population": [population_case(random) for _ in range(TIMES)],
    }
    node = ROOT / "node_modules/.bin/node"
    command = [str(node) if node.exists() else shutil.which("node"), str(ROOT / "test/tools/score-statistics.ts")]
    done = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return cases, json.loads(done.stdout)


def pairs(drawn, name: str):
    cases, answers = drawn
    assert len(cases[name]) == len(answers[name]) >= TIMES
    return zip(cases[name], answers[name], strict=True)


def test_spearman_with_ties_and_gaps(drawn):
    known = 0
    for case, found in pairs(drawn, "spearman"):
        both = [(x, y) for x, y in zip(case["x"], case["y"], strict=True) if x is not None and y is not None]
        assert found["n"] == len(both)
        xs, ys = [x for x, _ in both], [y for _, y in both]
        if len(both) < 3 or len(set(xs)) == 1 or len(set(ys)) == 1:
            assert found["rho"] is None and found["p"] is None
            continue
        rho, p = stats.spearmanr(xs, ys)
        assert found["rho"] == pytest.approx(rho, abs=1e-12)
        if abs(rho) < 1 - 1e-12:
            assert found["p"] == pytest.approx(p, rel=1e-8, abs=1e-14)
        known += 1
    assert known > TIMES / 3


def test_two_sided_p(drawn):
    for case, p in pairs(drawn, "t"):
        assert p == pytest.approx(2 * stats.t.sf(abs(case["t"]), case["df"]), rel=1e-9)
    for case, p in pairs(drawn, "normal"):
        assert p == pytest.approx(2 * stats.norm.sf(abs(case["z"])), rel=1e-9)


def test_least_squares_in_sample_and_left_out(drawn):
    ranks = set()
    for case, found in pairs(drawn, "regression"):
        features, target = np.array(case["features"]), np.array(case["target"])
        model = LinearRegression().fit(features, target)
        assert found["predicted"] == pytest.approx(model.predict(features), rel=1e-7, abs=1e-7)
        assert found["r2"] == pytest.approx(model.score(features, target), abs=1e-9)
        unseen = cross_val_predict(LinearRegression(), features, target, groups=case["groups"], cv=LeaveOneGroupOut())
        assert found["heldOut"] == pytest.approx(unseen, rel=1e-6, abs=1e-6)
        assert found["r2HeldOut"] == pytest.approx(r2_score(target, unseen), abs=1e-7)
        ranks.add(found["rank"])
    assert ranks == {3, 4}, "degenerate columns are among the cases and seen as such"


def test_principal_components(drawn):
    *cases, (_, flat) = pairs(drawn, "components")
    assert flat is None, "a column that does not vary has no direction"
    for case, found in cases:
        scaled = StandardScaler().fit_transform(np.array(case["features"]))
        pca = PCA().fit(scaled)
        assert found["ratios"] == pytest.approx(pca.explained_variance_ratio_, abs=1e-9)
        largest = pca.components_[range(5), np.abs(pca.components_).argmax(axis=1)]
        loadings = pca.components_ * np.sign(largest)[:, None]
        assert np.array(found["loadings"]) == pytest.approx(loadings, abs=1e-6)
        assert np.array(found["scores"]) == pytest.approx(scaled @ loadings.T, abs=1e-6)


def reml(groups: list) -> tuple:
    table = pd.DataFrame(
        {"g": g, "x": group["x"], "y": y, "language": (group.get("languages") or ["-"] * 9)[k]}
        for g, group in enumerate(groups)
        for k, y in enumerate(group["scores"])
    )
    formula = "y ~ x + C(language)" if groups[0].get("languages") else "y ~ x"
    fit = smf.mixedlm(formula, table, groups=table["g"]).fit(reml=True, method=["powell", "lbfgs"])
    return fit, table, formula


def stderr_of_slope(fit, variance: float) -> float:
    """Generalised least squares at the estimated variances, the closed form of the balanced case; as lme4 gives it."""
    model, ratio = fit.model, variance / fit.scale
    precision = sum(x.T @ np.linalg.solve(np.eye(len(x)) + ratio, x) for x in model.exog_li)
    return math.sqrt(fit.scale * np.linalg.inv(precision)[model.exog_names.index("x"), model.exog_names.index("x")])


@pytest.mark.filterwarnings("ignore")
def test_mixed_effects_of_groups_of_any_size(drawn):
    compared = 0
    for case, found in pairs(drawn, "mixed"):
        fit, table, formula = reml(case["groups"])
        variance = fit.cov_re.iloc[0, 0]
        if variance < 1e-2:
            # At the wall statsmodels stops somewhere near it; ours is least squares over all rows there.
            if found["teacherVariance"] == 0:
                flat = sm.OLS.from_formula(formula, table).fit()
                assert found["beta"] == pytest.approx(flat.params["x"], rel=1e-6, abs=1e-9)
            continue
        assert found["beta"] == pytest.approx(fit.params["x"], rel=1e-4, abs=1e-5)
        assert found["teacherVariance"] == pytest.approx(variance, rel=1e-3)
        assert found["stderr"] == pytest.approx(stderr_of_slope(fit, variance), rel=1e-3)
        # statsmodels' own error adds that the variances are estimated too: in unbalanced groups it is never smaller.
        assert found["stderr"] < 1.01 * fit.bse["x"]
        statistic = found["beta"] / found["stderr"]
        assert found["pNormal"] == pytest.approx(2 * stats.norm.sf(abs(statistic)), rel=1e-9)
        assert found["pT"] == pytest.approx(2 * stats.t.sf(abs(statistic), len(case["groups"]) - 2), rel=1e-9)
        compared += 1
    assert compared > TIMES / 2


def test_z_over_a_population_with_missing_cells_and_a_flat_column(drawn):
    for case, found in pairs(drawn, "population"):
        rows = pd.DataFrame(case["rows"])[METRICS].astype(float)
        rows["perplexity"] = -np.log1p(rows["perplexity"])
        complete = rows.dropna()
        if complete.empty:
            assert found is None
            continue
        assert found["population"]["n"] == len(complete)
        scaler = StandardScaler().fit(complete.to_numpy())
        flat = [complete[name].nunique() == 1 for name in METRICS]
        for (_, row), scored in zip(rows.iterrows(), found["z"], strict=True):
            if row.isna().any():
                assert scored["z"] is None
                continue
            columns = [0.0 if flat[k] else value for k, value in enumerate(scaler.transform([row.to_numpy()])[0])]
            assert scored["z"] == pytest.approx(math.fsum(columns) / 4, rel=1e-8, abs=1e-9)
