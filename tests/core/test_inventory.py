import pytest

from cornu.core.inventory import Inventory
from cornu.core.module import Module
from cornu.core.variable import Variable


def tree() -> Module:
    root, child = Module(name="root"), Module(name="child")
    child.weight = Variable([1.0], name="w")
    child.blocks = [Module(name="a"), {"inner": [Module(name="b")]}]
    root.parts = (child, [])
    root.vocabulary = list(range(1000))
    return root


def replace_weight(root):
    root.parts[0].weight = Variable([2.0], name="w")


def grow_empty_list(root):
    root.parts[1].append(Module(name="c"))


def replace_in_nested_list(root):
    root.parts[0].blocks[1]["inner"][0] = Module(name="c")


def grow_dict(root):
    root.parts[0].blocks[1]["more"] = Module(name="c")


def grow_data(root):
    root.vocabulary.append(Module(name="c"))


def delete_attribute(root):
    del root.parts[0].weight


@pytest.mark.parametrize(
    "change",
    [replace_weight, grow_empty_list, replace_in_nested_list, grow_dict, grow_data, delete_attribute],
    ids=lambda f: f.__name__,
)
def test_a_change_is_seen(change):
    root = tree()
    inventory = Inventory(root)
    assert inventory.is_current()
    change(root)
    assert not inventory.is_current()


def test_other_modules_and_plain_attributes_do_not_matter():
    root = tree()
    inventory = Inventory(root)
    tree()
    root.note = "plain"
    root.parts[0].weight.assign([5.0])
    assert inventory.is_current()
    root.extra = (1, 2)
    assert inventory.is_current()
