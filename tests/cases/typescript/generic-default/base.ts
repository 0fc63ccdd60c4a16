type A<T> = B<T>;
