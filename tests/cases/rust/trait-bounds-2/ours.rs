fn run<T: Clone + Send>(x: T) {}
