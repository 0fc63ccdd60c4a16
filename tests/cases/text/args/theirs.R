g <- function(a) {
  a
}
