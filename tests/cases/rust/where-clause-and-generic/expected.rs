fn show<T>(x: &T) where T: Debug + Clone {
    println!("{:?}", x);
}
