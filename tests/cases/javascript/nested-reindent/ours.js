function f() {
  return new P(() => {
    a(1);
    b(2);
  });
}
