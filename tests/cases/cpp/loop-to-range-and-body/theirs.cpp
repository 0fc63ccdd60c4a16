void f(std::vector<int>& v) {
  for (size_t i = 0; i < v.size(); ++i) {
    use(v[i], i);
  }
}
