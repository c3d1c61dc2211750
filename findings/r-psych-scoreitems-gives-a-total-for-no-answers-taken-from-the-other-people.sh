#!/usr/bin/env bash
# R psych: scoreItems fills a missing answer with the median of the other people in the table, and scores blank forms too.
#
# One would expect: a total with a missing answer is missing, or made from that person's own answers.
# It is not so: impute = "median" is on. One person's total changes when the answers of others change, and somebody who
# answered nothing gets a middling total. impute = "none" makes the total of the answers that are there and
# warns; missing = FALSE leaves the person out. scoreFast says nothing and gives the total of what is there.
# For this product: never take totals from a table that went through scoreItems; our totals follow the questionnaire's
# own rule for missing answers, and a comparison with psych needs missing = FALSE.
#
# Needs the Debian packages r-base-core and r-cran-psych (2.2.9-1): R cannot be put into a temporary folder.
set -euo pipefail
if ! Rscript -e 'quit(status = !requireNamespace("psych", quietly = TRUE))' >/dev/null 2>&1; then
  echo "install r-cran-psych first"
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/total.R" <<'R'
suppressMessages(library(psych))
low <- data.frame(q1 = c(0, 1, 1, 2, 2), q2 = c(0, 1, 1, 2, NA), q3 = c(0, 0, 1, 1, NA))
high <- data.frame(q1 = c(1, 2, 3, 3, 2), q2 = c(2, 3, 3, 3, NA), q3 = c(1, 3, 3, 3, NA))
keys <- list(total = c("q1", "q2", "q3"))
last <- function(answers, ...) unname(scoreItems(keys, answers, totals = TRUE, min = 0, max = 3, ...)$scores[nrow(answers), 1])
blank <- rbind(low, c(NA, NA, NA))
seen <- c(last(low), last(high), last(blank))
without <- length(scoreItems(keys, blank, totals = TRUE, min = 0, max = 3, missing = FALSE)$scores)
cat("psych", as.character(packageVersion("psych")), "scoreItems, three questions of 0 to 3\n")
cat("answers 2, none, none; the others low: total", seen[1], "\n")
cat("answers 2, none, none; the others high: total", seen[2], "\n")
cat("no answers at all; the others low: total", seen[3], "\n")
cat("missing = FALSE:", without, "of 6 people get a total\n")
still <- seen[1] > 2 && seen[2] > seen[1] && seen[3] > 0 && without == 4
cat(if (still) "still so\n" else "changed\n")
quit(status = !still)
R
Rscript "$work/total.R" 2>/dev/null
