fn a() {}

fn b() {
    x();
}
