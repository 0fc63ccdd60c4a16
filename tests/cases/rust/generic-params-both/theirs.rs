fn f<A, C>(a: A) {}
