void f(std::vector<int>& v) {
  for (int x : v) {
    use(x);
  }
}
