function id<T extends object>(x: T): T {
  return copy(x);
}
