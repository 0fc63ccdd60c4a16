fn run<T: Clone + Sync>(x: T) {}
