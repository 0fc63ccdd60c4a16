type A<T> = C<T>;
