function id<T>(x: T): T {
  return copy(x);
}
