"""Tables in Markdown: a program a line, and haul beside it."""

import statistics

import measure

SUBJECT = "haul"


def heading(text):
    print(f"\n### {text}\n")


def compare(title, figures, aims=None, form="{:.3f}", more=None):
    """FIGURES: each program's, a round each. AIMS: what haul's divided by the program's is to be at most, by program.
    MORE: columns, by title: what stands in them, by program."""
    aims, more = aims or {}, more or {}
    heading(title)
    titles = ["program", "median (spread)", f"{SUBJECT} ÷ it", "aim", *more]
    print(f"| {' | '.join(titles)} |\n|{' --- |' * len(titles)}")
    for name, taken in figures.items():
        ratio = measure.ratios(figures[SUBJECT], taken) if name != SUBJECT else None
        cells = [name, measure.spread(taken, form), measure.spread(ratio, _ratio_form(ratio)) if ratio else ""]
        cells.append(_aim(ratio, aims[name]) if name in aims else "")
        cells += [str(column.get(name, "")) for column in more.values()]
        print(f"| {' | '.join(cells)} |")


def _ratio_form(ratio):
    return "{:.2f}" if statistics.median(ratio) >= 0.1 else "{:.3f}"


def _aim(ratio, aim):
    return f"at most {aim}: {measure.verdict(statistics.median(ratio) <= aim)}"


def note(text):
    print(f"\n{text}")
