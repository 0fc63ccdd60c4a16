build() {
  cc -o x x.c
}
