f <- function(x, n = 10) {
  mean(x)
}
