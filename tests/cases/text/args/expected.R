g <- function(a, b = 1) {
  a
}
