#!/usr/bin/env bash
# SurveyJS: completing a form erases each stored answer that the form of today no longer offers.
#
# One would expect: answers loaded into a newer version of the form are kept, shown as unknown, or refused.
# It is not so: the model takes them without a word, and at completion it drops the choice that was taken off the list
# (one of several in a list of ticks too) and the answer to a question that is hidden now. The row of a matrix that is
# gone and the answer to a question that is gone are kept. So the file that comes back is neither the old nor the new form.
# For this product: read a SurveyJS result beside the very definition it was filled with, keep what came in as it
# was, and never send stored answers through a newer form to "bring them up to date".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-fund --no-audit survey-core@3.1.1 >npm.log 2>&1 || { cat npm.log; exit 2; }
cat >complete.mjs <<'JS'
import * as survey from 'survey-core';
const form = new survey.Model({
  elements: [
    { type: 'radiogroup', name: 'sleep', choices: ['well', 'badly'] },
    { type: 'checkbox', name: 'helped', choices: ['walk', 'music'] },
    { type: 'matrix', name: 'week', columns: ['0', '1'], rows: ['calm', 'tired'] },
    { type: 'text', name: 'why', visibleIf: "{sleep} = 'badly'" },
  ],
});
const stored = { sleep: 'hardly', helped: ['walk', 'friends'], week: { calm: '1', tense: '1' }, why: 'noise', former: 'an answer' };
form.data = structuredClone(stored);
const before = JSON.stringify(form.data);
form.doComplete();
const after = JSON.stringify(form.data);
console.log('survey-core 3.1.1:', form.state);
console.log('stored:   ', JSON.stringify(stored));
console.log('loaded:   ', before);
console.log('completed:', after);
const kept = '{"helped":["walk"],"week":{"calm":"1","tense":"1"},"former":"an answer"}';
const still = before === JSON.stringify(stored) && form.state === 'completed' && after === kept;
console.log(still ? 'still so' : 'changed');
process.exit(still ? 0 : 1);
JS
node complete.mjs
