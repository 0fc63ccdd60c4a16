fn f<T: A>(x: T) {}
