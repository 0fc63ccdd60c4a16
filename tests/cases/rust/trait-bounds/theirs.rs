fn f<T: A + C>(x: T) {}
