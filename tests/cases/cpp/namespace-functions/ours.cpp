namespace n {

int a() {
  return 1;
}

int b() {
  return 2;
}

}  // namespace n
