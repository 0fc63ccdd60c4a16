import a.B;
import a.CC;
import a.D;

class T {
}
