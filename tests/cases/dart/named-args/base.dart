void main() {
  f(
    a: 1,
  );
}
