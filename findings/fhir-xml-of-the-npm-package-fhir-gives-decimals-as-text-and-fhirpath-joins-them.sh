#!/usr/bin/env bash
# npm fhir (XML to JSON) and fhirpath.js: the sum of 1.5 and 2 is the text "21.5".
#
# One would expect: a decimal read from FHIR XML is a number in FHIR JSON, as an integer is.
# It is not so: fhir gives valueDecimal as a text (integers are numbers), and says nothing. fhirpath.js has a model that
# knows valueDecimal is a decimal, and yet sum() joins the texts, back to front; "+ 1" and aggregate() count rightly.
# For this product: after a conversion from XML, check the type of every value against the definition before it is
# stored or scored; a total must be refused when one of its parts is not a number.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit fhir@4.12.0 fhirpath@5.2.2 >npm.log 2>&1 || { cat npm.log; exit 2; }
cat >sum.mjs <<'JS'
import packageFhir from 'fhir';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4/index.js';
const item = (link, kind, value) => `<item><linkId value="${link}"/><answer><${kind} value="${value}"/></answer></item>`;
const xml = (kind, first, second) =>
  `<QuestionnaireResponse xmlns="http://hl7.org/fhir"><status value="completed"/>${item(1, kind, first)}${item(2, kind, second)}</QuestionnaireResponse>`;
const read = (...all) => new packageFhir.Fhir().xmlToObj(xml(...all));
const ask = (resource, path) => JSON.stringify(fhirpath.evaluate(resource, path, null, r4));
const decimals = read('valueDecimal', '1.5', '2');
const integers = read('valueInteger', '1', '2');
console.log('fhir 4.12.0 and fhirpath 5.2.2 on two answers from XML');
console.log('decimals in JSON:', JSON.stringify(decimals.item.map((each) => each.answer[0].valueDecimal)));
console.log('integers in JSON:', JSON.stringify(integers.item.map((each) => each.answer[0].valueInteger)));
const sum = ask(decimals, 'item.answer.value.sum()');
const counted = ask(decimals, 'item.answer.value.aggregate($this + $total, 0)');
console.log('sum of the decimals:', sum, '; by aggregate():', counted, '; sum of the integers:', ask(integers, 'item.answer.value.sum()'));
const still = sum === '["21.5"]' && counted === '[3.5]' && typeof decimals.item[0].answer[0].valueDecimal === 'string';
console.log(still ? 'still so' : 'changed');
process.exit(still ? 0 : 1);
JS
node sum.mjs
