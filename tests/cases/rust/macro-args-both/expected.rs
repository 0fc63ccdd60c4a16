fn main() {
    println!("b {} {}", x, y);
}
