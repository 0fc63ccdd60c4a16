public class A implements Q {
    int x;
}
