public class A extends P implements Q {
    int x;
}
