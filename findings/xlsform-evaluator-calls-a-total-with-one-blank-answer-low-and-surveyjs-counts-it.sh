#!/usr/bin/env bash
# The evaluator of XLSForms (OpenRosa XPath) beside SurveyJS: one blank answer, and the same rule says "low" or "high".
#
# One would expect: with an answer missing, a total and the band made from it are blank in both, or an error.
# It is not so: in XPath a blank makes the total NaN, NaN >= 10 is false, and if() takes its other branch: the person is
# "low". SurveyJS adds the answers that are there (12) and says "high". Neither result shows that one was missing,
# and in the first a total that was not computed looks like the mildest one.
# For this product: bring in answers, never the calculated fields beside them, and score by our own rule for
# missing answers; in a form we give away, ask first that none is blank, as the last rule below does.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit openrosa-xpath-evaluator@2.0.13 jsdom@29.1.1 survey-core@3.1.1 >npm.log 2>&1 || { cat npm.log; exit 2; }
cat >bands.mjs <<'JS'
import { createRequire } from 'node:module';
import { JSDOM } from 'jsdom';
import * as survey from 'survey-core';
const { window } = new JSDOM('');
for (const name of ['Node', 'Element', 'Attr', 'Document', 'XPathResult', 'XPathEvaluator']) globalThis[name] = window[name];
const evaluator = createRequire(import.meta.url)('openrosa-xpath-evaluator')();
const answers = new window.DOMParser().parseFromString('<form><q1/><q2>6</q2><q3>6</q3></form>', 'text/xml');
const total = evaluator.evaluate('/form/q1 + /form/q2 + /form/q3', answers, null, 1).numberValue;
const band = evaluator.evaluate("if(/form/q1 + /form/q2 + /form/q3 >= 10, 'high', 'low')", answers, null, 2).stringValue;
const asked = "/form/q1 != '' and /form/q2 != '' and /form/q3 != ''";
const careful = evaluator.evaluate(`if(${asked}, if(/form/q1 + /form/q2 + /form/q3 >= 10, 'high', 'low'), 'not known')`, answers, null, 2).stringValue;
const form = new survey.Model({
  elements: [
    ...['q1', 'q2', 'q3'].map((name) => ({ type: 'text', inputType: 'number', name })),
    { type: 'expression', name: 'total', expression: '{q1} + {q2} + {q3}' },
    { type: 'expression', name: 'band', expression: "iif({q1} + {q2} + {q3} >= 10, 'high', 'low')" },
  ],
});
form.data = { q2: 6, q3: 6 };
console.log('answers: q1 blank, q2 6, q3 6; the rule: total of 10 and more is high');
console.log('openrosa-xpath-evaluator 2.0.13:', total, band);
console.log('survey-core 3.1.1:', form.data.total, form.data.band);
console.log('openrosa-xpath-evaluator, asked first that none is blank:', careful);
const still = Number.isNaN(total) && band === 'low' && form.data.total === 12 && form.data.band === 'high';
console.log(still ? 'still so' : 'changed');
process.exit(still ? 0 : 1);
JS
node bands.mjs
