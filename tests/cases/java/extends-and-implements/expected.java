<<<<<<< ours
public class A extends P {
||||||| base
public class A {
=======
public class A implements Q {
>>>>>>> theirs
    int x;
}
