type A<T = string> = C<T>;
