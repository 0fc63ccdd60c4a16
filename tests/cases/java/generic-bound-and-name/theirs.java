abstract class Box<T> {
    T value;
}
