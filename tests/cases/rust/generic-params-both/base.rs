fn f<A>(a: A) {}
