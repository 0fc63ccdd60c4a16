type A<T = string> = B<T>;
