class Box<T> implements Shape, Sized {
}
