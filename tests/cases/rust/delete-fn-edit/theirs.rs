fn a() {}

fn b() {
    x();
    y();
}
