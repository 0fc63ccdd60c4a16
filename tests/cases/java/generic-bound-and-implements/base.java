class Box<T> implements Shape {
}
