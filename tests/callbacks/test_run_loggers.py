"""MLflow and Weights & Biases: what they hold after a run, where they are installed; what is said where they are not."""

import json
import sys

import pytest

from cornu.callbacks import MLflowLogger, WandbLogger
from tests.callbacks.recorded import X, Y, tiny


@pytest.mark.parametrize(("cls", "package"), [(MLflowLogger, "mlflow"), (WandbLogger, "wandb")])
def test_without_the_package(monkeypatch, cls, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError) as error:
        cls()
    assert str(error.value) == (
        f"{cls.__name__} needs the package {package}; got none. Run: pip install 'cornu[{package}]'"
    )


@pytest.mark.filterwarnings("ignore")
def test_mlflow_keeps_a_run(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    experiment = mlflow.set_experiment("tickets")
    model = tiny_model()
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[MLflowLogger("first", {"data": "v2"})]).history
    assert mlflow.active_run() is None
    client = mlflow.MlflowClient()
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.run_name == "first" and run.info.status == "FINISHED"
    assert run.data.params["data"] == "v2" and run.data.params["optimizer_learning_rate"].startswith("0.1")
    told = [(m.step, m.value) for m in client.get_metric_history(run.info.run_id, "loss")]
    assert told == [(i, pytest.approx(v)) for i, v in enumerate(history["loss"])]
    with mlflow.start_run() as mine:
        model.fit(X, Y, verbose=0, callbacks=[MLflowLogger()])
        assert mlflow.active_run().info.run_id == mine.info.run_id
    assert "loss" in client.get_run(mine.info.run_id).data.metrics


@pytest.mark.filterwarnings("ignore")
def test_wandb_keeps_a_run(tmp_path):
    wandb = pytest.importorskip("wandb")
    model = tiny_model()
    with wandb.init(mode="offline", dir=str(tmp_path), settings=wandb.Settings(console="off", silent=True)) as run:
        history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[WandbLogger()]).history
        assert run.summary["loss"] == pytest.approx(history["loss"][-1]) and run.summary["epoch"] == 2
        assert json.loads(json.dumps(dict(run.config)))["epochs"] == 3
    assert list(tmp_path.glob("wandb/offline-run-*/*.wandb"))
    logger = WandbLogger("mine", mode="offline", dir=str(tmp_path))
    model.fit(X, Y, verbose=0, callbacks=[logger])
    assert wandb.run is None


def tiny_model():
    import cornu

    return tiny(cornu, (), cornu.optimizers.SGD(0.1))
