#!/usr/bin/env bash
# pyreadstat with pandas 3: a column that pandas made from plain days is written as 1 January 1970.
#
# One would expect: pandas.to_datetime() of days and of texts give the same column, and SPSS and Stata files hold it.
# It is not so: from datetime.date objects pandas 3 makes datetime64[s], from texts datetime64[us].
# pyreadstat writes the first as if its seconds were something finer: every row becomes 1 January 1970,
# without a word. A column of date objects that nobody converted is written rightly.
# For this product: give pyreadstat date objects, or a column after .dt.as_unit("us"), and read the file back.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q pyreadstat==1.3.7 pandas==3.1.1 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
cd "$work"
"$work/env/bin/python" - <<'PY'
import sys
from datetime import date

import pandas as pd
import pyreadstat

days = [date(2026, 3, 2), date(2026, 7, 6)]
columns = {
    "to_datetime of days": pd.Series(pd.to_datetime(days)),
    "the same, as_unit us": pd.Series(pd.to_datetime(days)).dt.as_unit("us"),
    "to_datetime of texts": pd.Series(pd.to_datetime(["2026-03-02", "2026-07-06"])),
    "days as they are": pd.Series(days),
}
print("pyreadstat", pyreadstat.__version__, "with pandas", pd.__version__)
seen = {}
for name, column in columns.items():
    for suffix, write, read in (("sav", pyreadstat.write_sav, pyreadstat.read_sav), ("dta", pyreadstat.write_dta, pyreadstat.read_dta)):
        write(pd.DataFrame({"day": column}), f"days.{suffix}")
        back = [str(each)[:10] for each in read(f"days.{suffix}")[0]["day"]]
        seen[name, suffix] = back
        print(f"{name} ({column.dtype}), .{suffix}: {', '.join(back)}")
right = [day.isoformat() for day in days]
wrong = {key for key, back in seen.items() if back != right}
still = wrong == {("to_datetime of days", "sav"), ("to_datetime of days", "dta")}
print("still so" if still else "changed")
sys.exit(not still)
PY
