namespace n {

int a() {
  return 1;
}

int c() {
  return 3;
}

}  // namespace n
