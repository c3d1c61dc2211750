#!/usr/bin/env bash
# odfdo: a duration in an ODS cell with a fraction of a second is read a hundred or ten million times too long.
#
# One would expect: PT00H00M01.25S, as an office program stores a time of 1.25 seconds, is 1.25 seconds.
# It is not so: the point is dropped and the digits are taken as whole seconds: 125 s. A stopwatch value with seven
# digits after the point is read as 144 days. Whole seconds are right, so a test with 00:50:00 passes.
# pyexcel-ods3 gives None for the same cells, ezodf the text of the duration; pandas reads them rightly.
# For this product: write durations as whole minutes in a number cell; when a table is read, take the text
# of office:time-value and parse it ourselves, and refuse what does not fit.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q odfdo==3.27.3 odfpy==1.4.1 pyexcel-ods3==0.6.1 ezodf==0.3.2 pandas==3.1.1 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
cd "$work"
"$work/env/bin/python" - <<'PY'
import sys

import ezodf
import odfdo
import pandas as pd
import pyexcel_ods3
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

TIMES = {"PT00H50M00S": "00:50:00", "PT00H00M01.25S": "00:00:01.25", "PT00H00M01.2500000S": "00:00:01.25"}
document = OpenDocumentSpreadsheet()
table = Table(name="times")
for value, shown in TIMES.items():
    row, cell = TableRow(), TableCell(valuetype="time", timevalue=value)
    cell.addElement(P(text=shown))
    row.addElement(cell)
    table.addElement(row)
document.spreadsheet.addElement(table)
document.save("times.ods")


def pandas() -> list:
    try:
        return pd.read_excel("times.ods", engine="odf", header=None)[0].tolist()
    except ValueError as problem:
        return [f"{type(problem).__name__}: {problem}"]


by_odfdo = [row[0] for row in odfdo.Document("times.ods").body.get_table(0).get_values()]
seen = [each.total_seconds() for each in by_odfdo]
print("odfdo 3.27.3 on an ODS file of three durations:", ", ".join(TIMES))
print("odfdo:", ", ".join(str(each) for each in by_odfdo))
print("pyexcel-ods3 0.6.1:", *(row[0] if row else None for row in pyexcel_ods3.get_data("times.ods")["times"]))
print("ezodf 0.3.2:", *(cell.value for cell in ezodf.opendoc("times.ods").sheets[0].column(0)))
print("pandas", pd.__version__, *pandas())
still = seen == [3000, 125, 12500000]
print("still so" if still else "changed")
sys.exit(not still)
PY
