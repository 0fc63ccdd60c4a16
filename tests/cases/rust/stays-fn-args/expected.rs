<<<<<<< ours
fn f(a: u8, b: u8) {}
||||||| base
fn f(a: u8) {}
=======
fn f(a: u8, c: u8) {}
>>>>>>> theirs
