void main() {
  f(
    a: 1,
    c: 3,
  );
}
