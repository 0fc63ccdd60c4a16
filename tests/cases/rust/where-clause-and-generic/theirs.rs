fn show<T>(x: &T) where T: Debug {
    println!("{:?}", x);
}
