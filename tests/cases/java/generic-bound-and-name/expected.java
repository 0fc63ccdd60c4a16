abstract class Box<T extends Number> {
    T value;
}
