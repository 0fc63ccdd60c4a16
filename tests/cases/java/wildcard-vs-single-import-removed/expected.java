import java.util.*;
import java.util.Set;

class A {
}
