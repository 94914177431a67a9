"""Tables as Markdown and as LaTeX."""

from norface_pl.evaluation.tables import TextTable

LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "_": r"\_",
    "#": r"\#",
    "±": r"$\pm$",
    "–": "--",
    "†": r"$\dagger$",
}


def markdown(table: TextTable) -> str:
    """Return a table with its title as a heading."""
    rows = [table.header, ["---", *["---:"] * (len(table.header) - 1)], *table.rows]
    if table.last:
        rows[-1] = [f"**{text}**" for text in rows[-1]]
    lines = ["| " + " | ".join(text.replace("|", "\\|") for text in row) + " |" for row in rows]
    return "\n".join([f"## {table.title}", "", *lines, ""])


def latex(table: TextTable) -> str:
    """Return a tabular with its title as a caption; needs the package booktabs."""
    body = [_latex_row(row) for row in table.rows]
    if table.last:
        body.insert(-1, r"\midrule")
    return "\n".join(
        [
            r"\begin{table}",
            rf"\caption{{{_escape(table.title)}}}",
            rf"\begin{{tabular}}{{l{'r' * (len(table.header) - 1)}}}",
            r"\toprule",
            _latex_row(table.header),
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            r"\end{table}",
            "",
        ]
    )


def _latex_row(row: list[str]) -> str:
    return " & ".join(map(_escape, row)) + r" \\"


def _escape(text: str) -> str:
    return "".join(LATEX.get(letter, letter) for letter in text)
