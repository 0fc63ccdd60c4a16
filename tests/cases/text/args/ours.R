f <- function(a, b = 1) {
  a
}
