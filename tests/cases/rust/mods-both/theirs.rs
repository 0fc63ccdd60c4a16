mod a;
mod c;

fn main() {}
