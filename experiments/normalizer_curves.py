"""Rows at the budget of the shipped default and around it: curves, and what limits the default."""

from experiments.normalizer_rows import Row, batches
from norface_pl.datamodules import SyntheticDataModule

TRUTH = ("--trainer.callbacks+=experiments.true_intensities.TrueIntensities", "--model.rounds=0")


def over_time(data: SyntheticDataModule, epochs: tuple[int, ...], default: int) -> list[Row]:
    """Return the default trained for longer and longer.

    Args:
        data: the default data set.
        epochs: how many.
        default: epochs of the shipped default.
    """
    return [
        Row(
            "epochs",
            f"{count:03d}",
            str(count),
            count * batches(data),
            (f"--trainer.max_epochs={count}",),
            at=count,
            default=count == default,
            classifier=True,
        )
        for count in epochs
    ]


def over_people(data: SyntheticDataModule, people: tuple[int, ...], epochs: int) -> list[Row]:
    """Return the default trained on more and more unlabelled people, in as many batches.

    Args:
        data: the default data set.
        people: how many.
        epochs: of the shipped default, whose batches all of them get.
    """
    wanted, rows = epochs * batches(data), []
    for count in people:
        of_epoch = batches(data, count)
        rounds = -(-wanted // of_epoch)
        limit = min(of_epoch, round(wanted / rounds))
        arguments = (
            f"--data.people.unlabelled={count}",
            f"--trainer.max_epochs={rounds}",
            f"--trainer.limit_train_batches={limit}",
            # Epochs of few people are short: nobody waits for a validation in each.
            "--trainer.val_check_interval=1.0",
            f"--trainer.check_val_every_n_epoch={max(1, rounds // 4)}",
        )
        rows.append(
            Row(
                "people",
                f"{count:04d}",
                str(count),
                rounds * limit,
                arguments,
                at=count,
                default=count == data.casts["unlabelled"].subjects,
                classifier=True,
            )
        )
    return rows


def limits(data: SyntheticDataModule, default: int, code: int) -> list[Row]:
    """Return the default beside the default with something that might hold it back taken away.

    Args:
        data: the default data set.
        default: epochs of the shipped default.
        code: width of the shipped default's code.
    """
    count = default * batches(data)
    wide = ("--model.code_dim=192",)
    truth = "true intensities of the people without labels, which nobody has"

    def row(name: str, title: str, arguments: tuple[str, ...], default: bool = False) -> Row:
        return Row("limits", name, title, count, arguments, default=default, classifier=True)

    return [
        row("default", f"the shipped default (code {code})", (), default=True),
        row("wide", "code 192, all that the reader's last layer has", wide),
        row("truth", truth, TRUTH),
        row("wide_truth", "code 192 and true intensities", (*wide, *TRUTH)),
        row("once", "the teacher's labels, nobody labelled anew", ("--model.rounds=0",)),
    ]
