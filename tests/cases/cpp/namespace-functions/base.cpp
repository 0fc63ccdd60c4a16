namespace n {

int a() {
  return 1;
}

}  // namespace n
