import a.B;
import a.C;
import a.CC;
import a.D;

class T {
}
