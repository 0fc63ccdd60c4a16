fn f<T: A + B + C>(x: T) {}
