"""Which kind of processor trained a trial."""

import pytest
import tensorflow as tf

from tuner.training.processor import describe_processor, read_kind

AMD = "processor : 0\nmodel name : AMD EPYC 7763\nflags : fpu avx avx2\n\nprocessor : 1\n"
INTEL = "model name\t: Intel(R) Xeon(R) 8481C\nflags\t\t: avx avx2 avx512f amx_tile\n"
ARM = "processor : 0\nFeatures : fp asimd sve\nCPU part : 0xd40\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (AMD, "AMD EPYC 7763, AVX2"),
        (INTEL, "Intel(R) Xeon(R) 8481C, AMX"),
        ("model name : old", "old"),
    ],
)
def test_a_kind_is_a_model_and_its_best_instructions(text, kind):
    assert read_kind(text) == kind


def test_a_system_without_model_names_has_its_architecture_and_part():
    assert read_kind(ARM).endswith(" 0xd40, SVE")


def test_this_machine_has_a_kind():
    assert describe_processor()


def test_where_a_gpu_trains_it_is_the_kind(monkeypatch):
    cpus = tf.config.list_physical_devices("CPU")  # there is no GPU
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: cpus)
    assert describe_processor.__wrapped__() == cpus[0].name  # it has no name of a device
