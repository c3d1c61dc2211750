#!/usr/bin/env bash
# pyreadstat: a moment with an offset is written as UTC or as its wall clock, depending on the other rows.
#
# One would expect: SPSS knows no zones, so a writer either refuses them or always drops them the same way.
# It is not so: where all rows have one offset, pandas makes a column with a zone and pyreadstat writes UTC (14:00+02:00
# becomes 12:00). One winter row among summer rows makes it a column of objects, and the same 14:00+02:00
# is written as 14:00. Nothing in the file tells which of the two was done.
# For this product: write the wall clock without a zone, and the offset in minutes in a column beside it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q pyreadstat==1.3.7 pandas==3.1.1 tzdata==2026.6 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
cd "$work"
"$work/env/bin/python" - <<'PY'
import sys
from datetime import datetime

import pandas as pd
import pyreadstat

july, january = (datetime.fromisoformat(text) for text in ("2026-07-06T14:00:00+02:00", "2027-01-11T14:00:00+01:00"))
print("pyreadstat", pyreadstat.__version__, "with pandas", pd.__version__)
seen = []
for rows in ([july], [july, january]):
    column = pd.Series(rows)
    pyreadstat.write_sav(pd.DataFrame({"start": column}), "starts.sav")
    back = pyreadstat.read_sav("starts.sav")[0]["start"]
    seen.append(f"{back[0]:%H:%M}")
    print(f"{', '.join(row.isoformat() for row in rows)} ({column.dtype}): {', '.join(f'{each:%Y-%m-%d %H:%M}' for each in back)}")
still = seen == ["12:00", "14:00"]
print("still so" if still else "changed")
sys.exit(not still)
PY
