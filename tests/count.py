"""Counts the test cases in logs of Meson and of pytest, shows what failed in Meson's, and prints the total.

    count.py FAILED LOG...      FAILED: 1 if a runner has failed, whatever its log says

Exit status 0: there were some, and all passed.
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

CASE = re.compile(r"^(not ok|ok) \d+( # SKIP)?", re.MULTILINE)


def count_program(test):
    """The cases of one test program: those that it reports as cmocka does (TAP), else itself as a whole."""
    if test["result"] == "SKIP":
        return 0, 0, 1
    outcomes = ["skip" if skip else outcome for outcome, skip in CASE.findall(test.get("stdout", ""))]
    passed, failed = outcomes.count("ok"), outcomes.count("not ok")
    bad = test["result"] not in ("OK", "EXPECTEDFAIL")
    if not outcomes:
        return (0, 1, 0) if bad else (1, 0, 0)
    # It ended badly though each case that it came to was good: it crashed, leaked or was too slow.
    return passed, failed + (1 if bad and failed == 0 else 0), outcomes.count("skip")


def count_meson(path):
    total = [0, 0, 0]
    with open(path, encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            counts = count_program(test)
            total = [a + b for a, b in zip(total, counts)]
            if counts[1] > 0:
                print(f"\n--- {pathlib.Path(path).stem}: {test['name']} ({test['result']})")
                print(test.get("stdout", ""), test.get("stderr", ""), sep="")
    return total


def count_pytest(path):
    total = [0, 0, 0]
    for suite in ElementTree.parse(path).getroot().iter("testsuite"):
        failed = int(suite.get("failures")) + int(suite.get("errors"))
        skipped = int(suite.get("skipped"))
        total = [total[0] + int(suite.get("tests")) - failed - skipped, total[1] + failed, total[2] + skipped]
    return total


def main():
    runner_failed = sys.argv[1] != "0"
    passed = failed = skipped = 0
    for path in sys.argv[2:]:
        counts = count_pytest(path) if path.endswith(".xml") else count_meson(path)
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]
    if runner_failed and failed == 0:
        print("A test runner failed without a failed test; see above.")
        failed = 1
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
