mod a;

fn main() {}
