fn run<T: Clone>(x: T) {}
