public class A extends P {
    int x;
}
