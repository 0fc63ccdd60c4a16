<<<<<<< ours
fn f<A, B>(a: A) {}
||||||| base
fn f<A>(a: A) {}
=======
fn f<A, C>(a: A) {}
>>>>>>> theirs
