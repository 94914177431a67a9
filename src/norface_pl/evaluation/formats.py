"""Tables as Markdown and as LaTeX, and the files of a report."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from norface_pl.evaluation.tables import TextTable
from norface_pl.io.csv_table import write_frame
from norface_pl.io.files import make_folder, write_atomic

LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "_": r"\_",
        "#": r"\#",
        "±": r"$\pm$",
        "–": "--",
        "†": r"$\dagger$",
    }
)


def markdown(table: TextTable) -> str:
    """Return a table with its title as a heading."""
    rows = [table.header, ["---", *["---:"] * (len(table.header) - 1)], *table.rows]
    if table.last:
        rows[-1] = [f"**{text}**" for text in rows[-1]]
    lines = ["| " + " | ".join(text.replace("|", "\\|") for text in row) + " |" for row in rows]
    return "\n".join([f"## {table.title}", "", *lines, ""])


def latex(table: TextTable) -> str:
    """Return a tabular with its title as a caption; needs the package booktabs."""
    header, *body = (
        " & ".join(text.translate(LATEX) for text in row) + r" \\"
        for row in [table.header, *table.rows]
    )
    if table.last:
        body.insert(-1, r"\midrule")
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{table.title.translate(LATEX)}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(table.header) - 1)}}}",
            *(r"\toprule", header, r"\midrule", *body, r"\bottomrule"),
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def write_tables(
    folder: Path,
    stem: str,
    name: str,
    heading: Sequence[str],
    tables: Sequence[TextTable],
    values: pd.DataFrame,
    remarks: Sequence[str] = (),
) -> None:
    """Write tables as .md and .tex, and all values as .csv, in a folder that is made.

    The heading stands above the tables, ``remarks`` above those of LaTeX as comments.
    """
    make_folder(folder)
    lines = [f"# {name}", "", *(f"* {line}" for line in heading), "", *map(markdown, tables)]
    write_atomic(folder / f"{stem}.md", "\n".join(lines).encode())
    lines = [*(f"% {line}" for line in remarks), *map(latex, tables)]
    write_atomic(folder / f"{stem}.tex", "\n".join(lines).encode())
    write_frame(folder / f"{stem}.csv", values)
