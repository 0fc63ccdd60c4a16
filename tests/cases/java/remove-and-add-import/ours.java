import a.B;
import a.D;

class T {
}
