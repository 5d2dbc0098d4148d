# What R's survey package takes: Rscript svyby.R data.csv 3. One line a round: seconds; then a row per group.
suppressMessages(library(survey))
said <- commandArgs(TRUE)
data <- read.csv(said[1])
for (turn in seq_len(as.integer(said[2]))) {
  took <- system.time({
    design <- svydesign(ids = ~1, weights = ~w, data = data)
    found <- svyby(~nps, ~segment + month, design, svymean)
  })[["elapsed"]]
  cat("seconds", took, "\n")
}
found <- found[order(found$segment, found$month), ]
cat(paste("group", format(found$nps, digits = 15), format(found$se, digits = 15)), sep = "\n")
