f <- function(a) {
  a
}
