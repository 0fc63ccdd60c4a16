fn main() {
    println!("b {}", x);
}
