f <- function(x, n = 20) {
  mean(x, na.rm = TRUE)
}
