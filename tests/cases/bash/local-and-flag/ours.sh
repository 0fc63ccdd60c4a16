build() {
  cc -O2 -o x x.c
}
