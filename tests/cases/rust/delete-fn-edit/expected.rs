fn a() {}
<<<<<<< ours
||||||| base

fn b() {
    x();
}
=======

fn b() {
    x();
    y();
}
>>>>>>> theirs
