fn run<T: Clone + Send + Sync>(x: T) {}
