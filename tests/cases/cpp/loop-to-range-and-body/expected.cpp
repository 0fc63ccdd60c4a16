void f(std::vector<int>& v) {
<<<<<<< ours
  for (int x : v) {
    use(x);
||||||| base
  for (size_t i = 0; i < v.size(); ++i) {
    use(v[i]);
=======
  for (size_t i = 0; i < v.size(); ++i) {
    use(v[i], i);
>>>>>>> theirs
  }
}
