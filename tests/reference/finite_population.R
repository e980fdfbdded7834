# The mean of one item in a department: the first 400 people of bfi.csv, with their blank cells,
# of a staff of 400 (everybody), 450 or 800.
# Run: Rscript tests/reference/finite_population.R > tests/reference/finite_population.json
suppressMessages(library(survey))
bfi <- read.csv("tests/reference/bfi.csv")[1:400, ]
one <- function(item, staff) {
  answered <- data.frame(x = bfi[[item]][!is.na(bfi[[item]])], staff = staff)
  found <- svymean(~x, svydesign(ids = ~1, fpc = ~staff, data = answered))
  sprintf('  {"item": "%s", "staff": %d, "answered": %d, "mean": %.12f, "error": %.12f}',
          item, staff, nrow(answered), coef(found), SE(found))
}
rows <- c(one("A1", 400), one("N4", 400), one("N4", 450), one("C4", 800), one("E3", 400), one("A5", 800))
cat(sprintf('{"source": "R %s, survey %s: svymean, svydesign(ids = ~1, fpc = ~staff)",\n"people": 400, "cases": [\n%s\n]}\n',
            getRversion(), packageVersion("survey"), paste(rows, collapse = ",\n")))
