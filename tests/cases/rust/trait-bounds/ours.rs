fn f<T: A + B>(x: T) {}
