class Box<T extends Number> implements Shape {
}
