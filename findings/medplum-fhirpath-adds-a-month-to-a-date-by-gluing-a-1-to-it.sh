#!/usr/bin/env bash
# @medplum/core: FHIRPath "date + 1 month" gives the date with a 1 glued to its end.
#
# One would expect: 28 February for the last day of January (fhirpath.js and fhirpathpy say so), or an error.
# It is not so: "2026-01-31 + 1 month" is "2026-01-311", also for a resource's own date and with 'mo'.
# A subtraction gives null. Both come back as ordinary results, so a rule such as "next review = authored + 3 months"
# stores a text that no reader of dates takes.
# For this product: never take a date from a FHIRPath engine; count days and months in our own code, and check
# what a foreign form calculated before it becomes an answer.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit @medplum/core@4.5.2 fhirpath@5.2.2 >npm.log 2>&1 || { cat npm.log; exit 2; }
cat >month.mjs <<'JS'
import { evalFhirPath } from '@medplum/core';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
const response = { resourceType: 'QuestionnaireResponse', status: 'completed', authored: '2026-01-31' };
console.log('@medplum/core 4.5.2 beside fhirpath 5.2.2');
const seen = {};
for (const path of ['@2026-01-31 + 1 month', 'QuestionnaireResponse.authored + 3 months', '@2026-01-31 - 1 month']) {
  seen[path] = JSON.stringify(evalFhirPath(path, response));
  console.log(path, '| medplum', seen[path], '| fhirpath', JSON.stringify(fhirpath.evaluate(response, path, null, r4)));
}
const still = seen['@2026-01-31 + 1 month'] === '["2026-01-311"]' && seen['QuestionnaireResponse.authored + 3 months'] === '["2026-01-313"]';
console.log(still ? 'still so' : 'changed');
process.exit(still ? 0 : 1);
JS
node month.mjs
