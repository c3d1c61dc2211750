#!/usr/bin/env bash
# fhir.resources: in R5 one answer that was declined makes the whole QuestionnaireResponse unreadable.
#
# One would expect: an answer may have no value and say why instead (_valueInteger with the extension
# data-absent-reason, here asked-declined): so FHIR allows any required element of a primitive type.
# It is not so in the R5 classes: they ask for a value by name and do not count its extension. R4B and STU3 read and
# write the same answer unharmed, and R5 reads it where the value is not required (Observation).
# For this product: look for such answers before the R5 classes see the resource, and keep "declined" apart from
# "not asked". An item without an answer, the reason as an extension of the item, is read by both.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q fhir.resources==8.3.0 pydantic==2.14.4 >"$work/pip" 2>&1 || { cat "$work/pip"; exit 2; }
"$work/env/bin/python" - <<'PY'
import json
import sys
from importlib import import_module

from pydantic import ValidationError

declined = {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-declined"}]}
response = {
    "resourceType": "QuestionnaireResponse",
    "questionnaire": "http://example.org/Questionnaire/mood",
    "status": "completed",
    "item": [
        {"linkId": "1", "answer": [{"valueInteger": 2}]},
        {"linkId": "2", "answer": [{"_valueInteger": declined}]},
    ],
}
on_the_item = response | {"item": [response["item"][0], {"linkId": "2", **declined}]}
observation = {"resourceType": "Observation", "status": "final", "code": {"text": "mood"}, "_valueInteger": declined}
print("fhir.resources 8.3.0: a response with one answer given and one declined")


def read(module: str, kind: str, resource: dict) -> str:
    model = getattr(import_module(f"{module}.{kind.lower()}"), kind)
    try:
        return "read" if json.loads(model.model_validate(resource).model_dump_json()) == resource else "read, but changed"
    except ValidationError as problem:
        return "refused: " + problem.errors()[0]["msg"][:60] + "…"


seen = {"R5": read("fhir.resources", "QuestionnaireResponse", response)}
seen["R4B"] = read("fhir.resources.R4B", "QuestionnaireResponse", response)
seen["R5 Observation"] = read("fhir.resources", "Observation", observation)
seen["R5, the reason on the item"] = read("fhir.resources", "QuestionnaireResponse", on_the_item)
seen["R4B, the reason on the item"] = read("fhir.resources.R4B", "QuestionnaireResponse", on_the_item)
for name, what in seen.items():
    print(f"{name}: {what}")
still = seen["R5"].startswith("refused") and set(seen.values()) == {seen["R5"], "read"}
print("still so" if still else "changed")
sys.exit(not still)
PY
