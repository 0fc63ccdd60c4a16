fn main() {
    println!("a {}", x);
}
