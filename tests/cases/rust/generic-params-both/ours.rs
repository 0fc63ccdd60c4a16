fn f<A, B>(a: A) {}
