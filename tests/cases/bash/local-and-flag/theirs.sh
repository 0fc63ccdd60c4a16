build() {
  cc -o x x.c y.c
}
